# Completion of kiln's commands, verbs, options, recipes and packages in fish, from the lists that the
# program itself gives.
function __kiln_offer
	set -l list (kiln help --list 2>/dev/null)
	set -l called kiln
	set -l word (commandline -ct)
	for given in (commandline -opc)[2..-1]
		for line in $list
			if test (string split -f 1 \t -- $line) = "$called $given"
				set called "$called $given"
				break
			end
		end
	end
	test "$called" = 'kiln help'; and set called kiln
	for line in $list
		set -l row (string split \t -- $line)
		if test "$row[1]" = "$called"; and test -n "$row[3]"; and string match -q -- '-*' $word
			printf '%s\t%s\n' $row[3] $row[4]
		else if test -z "$row[3]"; and string match -q -- "$called *" $row[1]
			set -l verb (string replace -- "$called " '' $row[1])
			string match -q -- '* *' $verb; or printf '%s\t%s\n' $verb $row[4]
		end
	end
	test "$called" = kiln; or string match -q -- '-*' $word; and return
	if contains -- "$called" 'kiln show' 'kiln size' 'kiln shell' 'kiln develop' 'kiln check'
		kiln search --names 2>/dev/null; and return
	end
	set -l dir $PWD
	while test -n "$dir"; and not test -d $dir/.flox/pkgs
		set dir (string replace -r '/[^/]*$' '' -- $dir)
	end
	for file in $dir/.flox/pkgs/*.nix $dir/.flox/pkgs/*/default.nix
		printf '%s\trecipe\n' (path basename (string replace -r '(/default)?\.nix$' '' -- $file))
	end
end
complete -c kiln -a '(__kiln_offer)'
