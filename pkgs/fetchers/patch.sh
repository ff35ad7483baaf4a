# normalisePatch GIT_HEADERS REVERT: the patch at $out becomes what its change is, by the arrays
# fileFlags (whose files), nameFlags (how they are called) and chosenFlags (which of them), and the
# function decode.

# _patchNotEmpty FILE WHAT HINT
_patchNotEmpty() {
	[ ! -s "$1" ] || return 0
	nixErrorLog "$2"
	nixHintLog "$3"
	exit 1
}

# The lines that git has between two files' changes, but for their names.
_dropGitHeaders() {
	awk '
		# the lines of a hunk are counted, so that none of them is taken for a header
		old > 0 || new > 0 {
			c = substr($0, 1, 1)
			if (c != "+" && c != "\\") old--
			if (c != "-" && c != "\\") new--
			print
			next
		}
		/^@@ -/ {
			split($2, a, ","); split($3, b, ",")
			old = 2 in a ? a[2] : 1
			new = 2 in b ? b[2] : 1
			print
			next
		}
		/^(diff --git|index|old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|GIT binary patch) / { next }
		{ print }'
}

normalisePatch() {
	local tmp=$TMPDIR/patch file
	_patchNotEmpty "$out" "what was fetched is empty" "is the patch really at that URL?"
	(decode) <"$out" >"$tmp" || die "decode, which is to make a patch of what was fetched, failed"
	_patchNotEmpty "$tmp" "decode made nothing of what was fetched" "does decode read its standard input?"
	mv "$tmp" "$out"

	lsdiff "${fileFlags[@]}" "$out" | sort -u | sed -e 's/[*?]/\\&/g' | while IFS= read -r file; do
		filterdiff "--include=$file" "${nameFlags[@]}" --clean "$out"
	done >"$tmp"
	_patchNotEmpty "$tmp" "what was fetched has no change of a file in it" \
		"a forge's page about a change is not the change; its address often ends in .patch or .diff"
	if [ "$1" = false ]; then
		_dropGitHeaders <"$tmp" >"$out"
		mv "$out" "$tmp"
	fi
	filterdiff "${chosenFlags[@]}" "$tmp" >"$out"
	_patchNotEmpty "$out" "the patch has no change of the files that are asked for" \
		"includes and excludes are matched with the names in the patch without their first part"
	if [ "$2" = true ]; then
		interdiff "$out" /dev/null >"$tmp"
		mv "$tmp" "$out"
	fi
}
