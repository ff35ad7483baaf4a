# Completion of kiln's command lines in fish: `kiln complete` says what may stand there.
function __kiln_offer
	# The one that is typed, ../build/kiln say, knows best.
	set -l program (commandline -opc)[1]
	test -x "$program" -a ! -d "$program"; or set program kiln
	set -l lines ($program complete -- (commandline -opc) (commandline -ct) 2>/dev/null)
	set -l n (count $lines)
	test $n -gt 0; or return
	test $n -gt 1; and printf '%s\n' $lines[1..-2]
	set -l word (commandline -ct)
	# Behind an option's '=' only that is a file's name.
	set -l front (string match -r -- '^--[^=]*=' $word)
	set -l path (string replace -r -- '^--[^=]*=' '' $word)
	switch $lines[-1]
		case :files
			for file in (__fish_complete_path $path)
				printf '%s%s\n' "$front" $file
			end
		case :folders
			for file in (__fish_complete_directories $path)
				printf '%s%s\n' "$front" $file
			end
	end
end
complete -c kiln -f -a '(__kiln_offer)'
