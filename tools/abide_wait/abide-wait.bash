# SPDX-License-Identifier: BSL-1.0
# Completes the command line of abide-wait in bash: options, kinds of conditions, and what follows
# the colon of one.

_abide_wait() {
  local line=${COMP_LINE:0:COMP_POINT} IFS=$'\n'
  local word=${line##*[[:space:]]} before=
  [[ $line =~ ([^[:space:]]+)[[:space:]]+[^[:space:]]*$ ]] && before=${BASH_REMATCH[1]}
  COMPREPLY=()

  case $before in
    --timeout | --grace) return ;;
  esac

  # Where a colon ends a word, as by default, only what follows it is replaced.
  local prefix=${word%%:*}:
  if [[ $COMP_WORDBREAKS == *:* ]]; then prefix=; fi
  local value=${word#*:}

  case $word in
    -*)
      COMPREPLY=($(compgen -W $'--any\n--all\n--timeout\n--grace\n--status\n--json\n--quiet\n--help\n--version' -- "$word"))
      ;;
    file:* | gone:*)
      compopt -o filenames
      COMPREPLY=($(compgen -P "$prefix" -f -- "$value"))
      ;;
    pid:*)
      COMPREPLY=($(cd /proc && compgen -P "$prefix" -W "$(printf '%s\n' [0-9]*)" -- "$value"))
      ;;
    signal:*)
      local name names=()
      for name in $(compgen -A signal SIG); do
        case $name in
          SIGKILL | SIGSTOP) ;;     # nothing can wait for them
          SIGSTKFLT | SIGJUNK*) ;;  # nobody sends them
          *) names+=("${name#SIG}" "$name") ;;
        esac
      done
      COMPREPLY=($(compgen -P "$prefix" -W "${names[*]}" -- "$value"))
      ;;
    tcp:*)
      compopt -o nospace
      COMPREPLY=($(compgen -P "$prefix" -S : -A hostname -- "$value"))
      ;;
    *:*) ;;
    *)
      compopt -o nospace
      COMPREPLY=($(compgen -W $'pid:\ncmd:\nfd:\nsignal:\ntcp:\nfile:\ngone:\nafter:\nat:' -- "$word"))
      ;;
  esac
}

complete -F _abide_wait abide-wait
