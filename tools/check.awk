# SPDX-License-Identifier: MIT
#
# The rules of HACKING.md that lines of C show: rooms, names, banned calls, heads and lengths. Reads
# C files and prints a finding a line, `file:line: message`. With -v longest=FILE it writes there the
# length of each function; -v rooms=FILE is src/README.md, whose table says which room may include
# which. Comments and the insides of strings are blanked before anything is looked for, so that a
# word in a message is no call. Plain POSIX awk.

BEGIN {
	read_rooms()
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

# Rows "| room | what it is for | may include |".
function read_rooms(line, cells, edges, n, i)
{
	while ((getline line < rooms) > 0) {
		if (line !~ /^\| [a-z]+ \|/)
			continue
		split(line, cells, "|")
		gsub(/ /, "", cells[2])
		is_room[cells[2]] = 1
		n = split(cells[4], edges, " ")
		for (i = 1; i <= n; i++)
			may[cells[2], edges[i]] = 1
	}
	delete is_room["room"]
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
		if (room == "")
			continue
		if (name in home && FILENAME != home[name])
			found(FNR, "'" name "' belongs to " home[name] ": " instead[name])
		if (name in loud && room != "cli" && FILENAME != "src/base/compiler.c")
			found(FNR, "'" name "' in a library: it never prints or exits")
	}
}

function check_include(s, target, parts)
{
	if (s !~ /^#[ \t]*include[ \t]*"/ || room == "")
		return
	target = s
	sub(/^[^"]*"/, "", target)
	sub(/".*/, "", target)
	if (split(target, parts, "/") != 2) {
		found(FNR, "include \"" target "\" does not name its room")
		return
	}
	if (parts[1] == room)
		return
	if (!(parts[1] in is_room))
		found(FNR, "include \"" target "\" of an unknown room")
	else if (!((room, parts[1]) in may))
		found(FNR, "room '" room "' may not include from '" parts[1] "'; src/README.md has the list")
	if (target ~ /_int\.h$/)
		found(FNR, "\"" target "\" is private to src/" parts[1])
}

# A name means one thing: a tag, or the name of an inline function, stands in one place of src/.
function check_names(code, name, what)
{
	if (room == "")
		return
	if (code ~ /^(struct|union|enum) [A-Za-z0-9_]+ *\{/) {
		what = code
		sub(/ *\{.*/, "", what)
		name = what
		sub(/^[a-z]+ /, "", name)
	} else if (code ~ /^static inline /) {
		name = function_name(code)
		what = "inline " name
	} else {
		return
	}
	if (name in defined && defined[name] !~ "^" FILENAME ":")
		found(FNR, "'" what "' is defined in " defined[name] ", too: a name means one thing")
	else
		defined[name] = FILENAME ":" FNR
}

# Failures are `errint rc`, tested by `if (rc)`, and returned as they are.
function check_dialect(code)
{
	if (room == "")
		return
	if (code ~ /(^|[^A-Za-z0-9_])int ([a-z_]+( = [^,;]*)?, )*rc([^A-Za-z0-9_]|$)/)
		found(FNR, "'int rc'; an errint, and 'if (rc)'; what another library returns is its 'status'")
	else if (code ~ /(^|[^A-Za-z0-9_.>])rc < 0/)
		found(FNR, "'rc < 0'; an errint is tested by 'if (rc)'")
	# base/err.c makes what the others hand on.
	if (FILENAME != "src/base/err.c" && code ~ /return err->code;/)
		found(FNR, "'return err->code'; return what the call returned")
}

# Making an error never gives 0, so what stands behind `?:` or `||` never runs: a hint lost.
function check_hint(code)
{
	sub(/^[ \t]+/, "", code)
	statement = statement " " code
	if (statement ~ /err_(set|sys|wrap|move) *\(.*\) *(\?:|\|\|) *err_(hint|detail|wrap) *\(/) {
		found(FNR, "the hint is lost: err_set() is never 0; write two statements")
		statement = ""
	}
	if (code ~ /[;{}][ \t]*$/ || code ~ /^#/)
		statement = ""
}

# JSON is written in one place; what another one would need is an escape of control characters.
function check_json(line)
{
	if (room != "" && FILENAME != "src/base/json_print.c" && line ~ /"[^"]*\\\\u(%0?4x|00)/)
		found(FNR, "a JSON escape; use json_put_str of base/json.h")
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
	statement = ""
	start = 0
	room = ""
	if (split(FILENAME, dirs, "/") >= 3 && dirs[1] == "src") {
		room = dirs[2]
		if (!(room in is_room))
			found(1, "src/" room " is no room of src/README.md")
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
	check_names(code)
	check_dialect(code)
	check_hint(code)
	check_json($0)
	if (code ~ /^[ \t]*CLEANUP[A-Z_]*(\([a-z_]+\))?[ \t]+[a-z]/)
		found(FNR, "CLEANUP stands behind the variable's name")
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
