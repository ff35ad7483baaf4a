/* SPDX-License-Identifier: MIT
 *
 * Texts: secrets, the folder of a build, and what scripts are run by. */
#include "audit/facts_int.h"
#include "audit/secret.h"
#include "base/file.h"
#include "store/store.h"

enum {
	TEXT_MAX = 16 << 20, /* larger ones are data */
	SNIFFED = 8000,      /* a NUL in these: no text */
	SHOWN = 60,
};

static bool ends_word(char c)
{
	return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		 strchr("._-/+@%~})]$*", c));
}

ptrdiff_t find_build_path(struct str text, size_t from)
{
	/* Debian's own builds are all in one folder, whatever is made of them here. */
	static const struct str folder = S("/build/"), debians = S("reproducible-path/");

	for (;;) {
		ptrdiff_t at = str_find(str_skip(text, from), folder);

		if (at < 0)
			return -1;
		at += (ptrdiff_t)from;
		from = (size_t)at + folder.n;
		/* "/usr/src/build/" is another one; "-I/build/" and "-L/build/" are not. */
		bool flag = at >= 2 && text.p[at - 2] == '-' && strchr("ILR", text.p[at - 1]);
		if (str_starts(str_skip(text, from), debians))
			continue;
		if (from < text.n && !ends_word(text.p[from]) &&
		    (!at || flag || !text.p[at - 1] || ends_word(text.p[at - 1])))
			return at;
	}
}

/* Files that programs read paths from. In others it is an example, or a comment. */
static bool is_read_by_programs(struct str file, const struct stat *st)
{
	static const struct str ends[] = {S(".pc"),
					  S(".la"),
					  S(".cmake"),
					  S(".pth"),
					  S("direct_url.json"),
					  S(".egg-link"),
					  S("-config"),
					  S("_sysconfigdata.py"),
					  S(".service"),
					  S(".desktop")};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(file, ends[i]))
			return true;
	return st->st_mode & S_IXUSR || str_starts(file, S("bin/"));
}

static void see_build_path(struct path_look *l, struct str file, struct str text,
			   const struct stat *st)
{
	bool ours =
		str_find(text, S("file:///build/")) >= 0 && str_ends(file, S("direct_url.json"));
	ptrdiff_t at = -1;

	if (!l->unpacked && is_read_by_programs(file, st))
		at = find_build_path(text, 0);

	if (ours)
		at = str_find(text, S("/build/"));
	if (at < 0)
		return;
	struct str shown = str_sub(text, (size_t)at, SHOWN);
	for (size_t i = 0; i < shown.n; i++)
		if (ends_word(shown.p[i]))
			shown.n = i;
	look_found(l, AUDIT_BUILD_PATH, file, "line %zu names '%.*s'",
		   secret_line(text, (size_t)at), STR_ARG(shown));
}

/* The program of "#!/usr/bin/python3 -E"; env and sh are everywhere. */
static void see_shebang(struct path_look *l, struct str file, struct str text,
			const struct stat *st)
{
	struct str line = text, program, rest, dir = store_dir(l->s);

	if (!str_starts(text, S("#!")) || !(st->st_mode & S_IXUSR))
		return;
	(void)str_cut(text, '\n', &line, &rest);
	line = str_trim(str_skip(line, 2));
	program = line;
	(void)str_cut(line, ' ', &program, &rest);
	if (!program.n || program.p[0] != '/' || str_starts(program, dir) ||
	    str_eqz(program, "/bin/sh") || str_eqz(program, "/usr/bin/env"))
		return;
	if (str_starts(file, S("bin/")) || str_starts(file, S("sbin/")) ||
	    str_starts(file, S("libexec/")))
		look_found(l, AUDIT_SHEBANG, file, "it is run by '%.*s'", STR_ARG(program));
}

static void see_secrets(struct path_look *l, struct str file, struct str text)
{
	struct secret s;

	if (secret_is_public(file) || !secret_find(text, 0, &s))
		return;
	look_found(l, AUDIT_SECRET, file, "line %zu has %s", secret_line(text, s.at), s.what);
}

errint look_at_text(struct path_look *l, struct str file, int fd, const struct stat *st,
		    struct err *err)
{
	BUF(b, TEXT_MAX);
	ERR(big);

	if (st->st_size > TEXT_MAX || str_ends(file, S(".pyc")))
		return 0;
	errint rc = fd_read_all(fd, &b, &big);
	if (rc)
		return rc == ERR_TOO_BIG ? 0 : err_move(err, &big);
	struct str text = buf_str(&b);
	if (memchr(text.p, 0, MIN(text.n, SNIFFED)))
		return 0;
	see_shebang(l, file, text, st);
	see_build_path(l, file, text, st);
	see_secrets(l, file, text);
	return 0;
}
