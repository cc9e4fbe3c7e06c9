#compdef pprotect
# Completion of pprotect in zsh, printed by `pprotect completion zsh`.

_pprotect() {
  local line kind=
  local -a names described
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    elif [[ $line == *$'\t'* ]]; then
      described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    else
      names+=("$line")
    fi
  done < <(
    print -rN -- $((CURRENT - 1)) "${(@Q)words}" | command pprotect __complete zsh 2>/dev/null
  )
  case $kind in
    files)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files
      ;;
    program)
      # What follows the `--` of exec is a command line of its own.
      local at=${words[(i)--]}
      shift $at words
      ((CURRENT -= at))
      _normal
      ;;
    words)
      if (($#described)); then _describe 'command or option' described; fi
      if (($#names)); then compadd -a names; fi
      ;;
  esac
}

if [[ $funcstack[1] == _pprotect ]]; then
  _pprotect "$@"
else
  compdef _pprotect pprotect
fi
