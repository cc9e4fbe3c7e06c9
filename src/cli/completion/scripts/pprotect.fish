# Completion of pprotect in fish, printed by `pprotect completion fish`.

# Asks for what may stand at the cursor. False where files may: those fish finds by itself.
# What follows the cursor fish tells nobody while it completes.
function __pprotect_ask
    set -l before (commandline -opc)
    set -l token (commandline -ct)
    set -g __pprotect_answer (
        printf '%s\0' (count $before) $before "$token" | command pprotect __complete fish 2>/dev/null
    )
    test "$__pprotect_answer[1]" != files
end

function __pprotect_candidates
    if test "$__pprotect_answer[1]" = program
        # What follows the `--` of exec is a command line of its own.
        set -l before (commandline -opc)
        set -l start (math (contains -i -- -- $before) + 1)
        complete -C (string join -- ' ' (string escape -- $before[$start..-1]) (commandline -ct))
    else
        printf '%s\n' $__pprotect_answer[2..-1]
    end
end

complete -c pprotect -e
complete -c pprotect -n __pprotect_ask -f -a '(__pprotect_candidates)'
