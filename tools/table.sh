# SPDX-License-Identifier: BSL-1.0
# A table of commands that run long. Usage: . tools/table.sh; begin_table ...; row ...; end_table

# begin_table LOGS HEADING [TEXT]: only the rows whose title contains TEXT will run.
begin_table() {
  table_logs=$1 table_only=${3:-} table_rows=0 table_failed=0 table_skipped=0
  mkdir -p "$table_logs"
  print_row "$2" figure seconds
}

# row TITLE COMMAND...: the last line that the command prints is its figure. A command that ends with
# 77 could not run here; its last line says why.
row() {
  local title=$1 log started=$SECONDS code=0 figure; shift
  [[ $title == *"$table_only"* ]] || return 0
  log=$table_logs/${title//[^a-z0-9]/_}.log
  ("$@") >"$log" 2>&1 </dev/null || code=$?
  case $code in
    0) figure=$(tail -n 1 "$log") ;;
    77) figure="NOT RUN: $(tail -n 1 "$log")" table_skipped=$((table_skipped + 1)) ;;
    *) figure="FAILED, see $log" table_failed=$((table_failed + 1)) ;;
  esac
  table_rows=$((table_rows + 1))
  print_row "$title" "$figure" $((SECONDS - started))
}

# end_table: a last line. Fails if a row failed or could not run, or if there was none.
end_table() {
  echo "rows: $table_rows, failed: $table_failed, not run: $table_skipped"
  [ $((table_failed + table_skipped)) = 0 ] && [ $table_rows != 0 ]
}

print_row() { printf '%-48s | %-40s | %s\n' "$@"; }
