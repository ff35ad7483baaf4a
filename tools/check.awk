# SPDX-License-Identifier: MIT
#
# The rules of HACKING.md that lines of C show: layers, banned calls, heads and lengths. Reads C
# files and prints a finding a line, `file:line: message`. With -v longest=FILE it writes there the
# length of each function. Comments and the insides of strings are blanked before anything is looked
# for, so that a word in a message is no call. Plain POSIX awk.

BEGIN {
	n = split("base:0 store:1 net:1 eval:2 build:2 py:3 deb:3 env:4 oci:5 cache:5 release:5 cli:6", rows, " ")
	for (i = 1; i <= n; i++) {
		split(rows[i], row, ":")
		rank[row[1]] = row[2]
	}
	# No bounds, no errors, hidden state, or a race: what base/ has instead is in the message.
	ban("strcpy strcat sprintf vsprintf", "no bounds; use struct buf, xasprintf or snprintf")
	ban("gets", "no bounds; use fd_read_all")
	ban("strtok", "hidden state; use str_split")
	ban("atoi atol atoll atof", "no errors; use str_to_i64")
	ban("localtime gmtime asctime ctime", "hidden state and time zone; use the _r form")
	ban("system popen", "a shell between us; use process_capture")
	ban("mktemp tmpnam tempnam", "a race; use temp_dir or file_write")
	# One module each.
	only("readdir opendir fdopendir scandir nftw ftw fts_open", "src/base/file_tree.c", "use dir_list, which sorts")
	only("getenv secure_getenv", "src/base/environ.c", "use env_get")
	# Libraries never print and never exit; they get a struct report.
	n = split("printf puts putchar perror exit", names, " ")
	for (i = 1; i <= n; i++)
		loud[names[i]] = 1
}

function ban(names, why, v, n, i)
{
	n = split(names, v, " ")
	for (i = 1; i <= n; i++)
		banned[v[i]] = why
}

function only(names, file, why, v, n, i)
{
	n = split(names, v, " ")
	for (i = 1; i <= n; i++) {
		home[v[i]] = file
		instead[v[i]] = why
	}
}

function found(line, message)
{
	printf "%s:%d: %s\n", FILENAME, line, message
}

# The line without comments, strings emptied. in_comment lives from line to line.
function code_of(s, out, c, two, i, quote)
{
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		two = substr(s, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
			continue
		}
		if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			break
		} else if (c == "\"" || c == "'") {
			quote = c
			for (i++; i <= length(s) && substr(s, i, 1) != quote; i++)
				if (substr(s, i, 1) == "\\")
					i++
			out = out quote quote
		} else {
			out = out c
		}
	}
	return out
}

function check_calls(code, name, before)
{
	while (match(code, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
		name = substr(code, RSTART, RLENGTH - 1)
		sub(/[ \t]+$/, "", name)
		before = RSTART > 1 ? substr(code, RSTART - 1, 1) : ""
		code = substr(code, RSTART + RLENGTH)
		# A member of that name is somebody's function pointer.
		if (before == "." || before == ">")
			continue
		if (name in banned)
			found(FNR, "'" name "' is banned: " banned[name])
		if (layer == "")
			continue
		if (name in home && FILENAME != home[name])
			found(FNR, "'" name "' belongs to " home[name] ": " instead[name])
		if (name in loud && layer != "cli" && FILENAME != "src/base/compiler.c")
			found(FNR, "'" name "' in a library: it never prints or exits")
	}
}

function check_include(s, target, parts)
{
	if (s !~ /^#[ \t]*include[ \t]*"/ || layer == "")
		return
	target = s
	sub(/^[^"]*"/, "", target)
	sub(/".*/, "", target)
	if (split(target, parts, "/") != 2) {
		found(FNR, "include \"" target "\" does not name its layer")
		return
	}
	if (parts[1] == layer)
		return
	if (!(parts[1] in rank))
		found(FNR, "include \"" target "\" of an unknown layer")
	else if (rank[parts[1]] >= rank[layer])
		found(FNR, "layer '" layer "' may not include from '" parts[1] "'")
	if (target ~ /_int\.h$/)
		found(FNR, "\"" target "\" is private to src/" parts[1])
}

# A function begins with a brace on a line of its own; its name is in the lines before.
function function_name(text)
{
	gsub(/(ATTR_[A-Z_]+|__attribute__)[ \t]*(\(\([^)]*\)\)|\([^)]*\))?/, "", text)
	if (match(text, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/))
		return substr(text, RSTART, RLENGTH - 1)
	return "?"
}

function end_file(lines)
{
	if (file == "")
		return
	if (lines > 800 && !excused)
		printf "%s:1: %d lines; over 800 need a 'Long because' in the head comment\n", file, lines
}

FNR == 1 {
	end_file(last)
	file = FILENAME
	in_comment = 0
	in_head = 1
	excused = 0
	above = ""
	start = 0
	layer = ""
	if (split(FILENAME, dirs, "/") >= 3 && dirs[1] == "src") {
		layer = dirs[2]
		if (!(layer in rank))
			found(1, "src/" layer " is not a layer")
	}
	if ($0 !~ /^\/\* SPDX-License-Identifier: MIT/)
		found(1, "the file does not begin with its SPDX line")
}

{
	last = FNR
	if (in_head && /Long because/)
		excused = 1
	if (in_head && /\*\//)
		in_head = 0
	if (!in_comment)
		check_include($0)
	code = code_of($0)
	check_calls(code)
	if (code ~ /(^|[^A-Za-z0-9_])goto[ \t]+(out|err|error|cleanup|done|fail)[ \t]*;/)
		found(FNR, "goto for cleaning up; use CLEANUP")
	# a function's type that gives a struct is none
	if (code ~ /(^|[ \t])typedef[ \t]+(struct|union)/ && code !~ /\(\*/)
		found(FNR, "a typedef'd struct; write 'struct name'")
}

/^\{[ \t]*$/ {
	start = FNR
	name = function_name(above)
	next
}

/^\}/ && start {
	size = FNR - start - 1
	if (longest != "")
		printf "%d %s:%d: %s\n", size, FILENAME, start, name > longest
	if (size > 100 && !excused)
		found(start, "'" name "' has " size " lines; over 100 need a 'Long because' in the head comment")
	start = 0
}

{
	if (code ~ /^[ \t]*$/ || code ~ /[;}][ \t]*$/ || code ~ /^#/)
		above = ""
	else
		above = above " " code
}

END {
	end_file(last)
}
