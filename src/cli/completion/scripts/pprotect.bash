# Completion of pprotect in bash, printed by `pprotect completion bash`.

_pprotect() {
  local line kind=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <(
    printf '%s\0' "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" "${COMP_LINE:COMP_POINT}" |
      command pprotect __complete bash 2>/dev/null
  )
  case $kind in
    files) compopt -o default ;;
    program) _pprotect_program ;;
  esac
}

# What follows the `--` of exec is a command line of its own.
_pprotect_program() {
  local at=1 name
  while [[ ${COMP_WORDS[at]} != -- ]]; do ((at++)); done
  ((at++))
  if declare -F _comp_command_offset >/dev/null; then
    _comp_command_offset "$at"
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$at"
  else
    compopt -o default
    ((at == COMP_CWORD)) || return
    while IFS= read -r name; do
      printf -v name %q "$name"
      COMPREPLY+=("$name")
    done < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
  fi
}

complete -F _pprotect pprotect
