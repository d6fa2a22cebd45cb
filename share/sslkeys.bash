# Completion of bin/sslkeys for bash: `source share/sslkeys.bash`; `make install` puts it where bash looks by itself.
# The command itself says what may come next, from its own table.

_sslkeys() {
    local line current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    while IFS= read -r line; do
        if [ "$line" = FILES ]; then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
        fi
        [[ $line == "$current"* ]] && COMPREPLY+=("$line")
    done < <("${COMP_WORDS[0]}" help -complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
complete -F _sslkeys sslkeys
