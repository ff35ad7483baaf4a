/* SPDX-License-Identifier: MIT
 *
 * Reading /proc. A process may end at any moment, and its files are read as it sees them, through
 * its root: in a namespace of its own, /nix/store is somebody's folder. */
#include "audit/runtime.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"

enum { MAPS_MAX = 256 << 20 };

/* ---- maps ---- */

/* "\012" stands for a line's end in a name. */
static struct str unescape(struct arena *a, struct str s)
{
	char *z = arena_strz(a, s), *to = z;

	for (const char *p = z; *p; p++) {
		if (!strncmp(p, "\\012", 4)) {
			*to++ = '\n';
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	return str_n(z, (size_t)(to - z));
}

static bool is_object(struct str path, struct str modes)
{
	struct str name = path_base(path);

	return str_chr(modes, 'x') >= 0 || str_ends(name, S(".so")) ||
	       str_find(name, S(".so.")) >= 0;
}

/* "7f00-7f01 r-xp 00000000 08:01 1234   /path"; the path is the sixth field, with blanks. */
static void parse_line(struct arena *a, struct str line, struct str_set *mapped,
		       struct str_set *deleted)
{
	static const struct str gone = S(" (deleted)");
	struct str rest = line, modes = S(""), word;

	for (unsigned i = 0; i < 5; i++) {
		if (!str_cut(rest, ' ', &word, &rest))
			return;
		if (i == 1)
			modes = word;
	}
	struct str path = str_trim(rest);
	bool is_gone = str_ends(path, gone);

	path = str_drop_suffix(path, gone);
	if (!str_starts(path, S("/")) || str_starts(path, S("/dev/")) ||
	    str_starts(path, S("/memfd:")) || str_starts(path, S("/SYSV")) ||
	    !is_object(path, modes))
		return;
	struct str_set *to = is_gone ? deleted : mapped;
	to->v[to->n++] = unescape(a, path);
}

void runtime_parse_maps(struct arena *a, struct str text, struct runtime_process *out)
{
	struct str_set mapped = {0}, deleted = {0};
	struct str rest = text, line;
	size_t lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	mapped.v = ARENA_ARRAY(a, struct str, lines);
	deleted.v = ARENA_ARRAY(a, struct str, lines);
	while (str_split(&rest, '\n', &line))
		parse_line(a, line, &mapped, &deleted);
	str_set_sort(&mapped);
	str_set_sort(&deleted);
	out->mapped = mapped.v;
	out->n_mapped = mapped.n;
	out->deleted = deleted.v;
	out->n_deleted = deleted.n;
}

/* ---- Python's path ---- */

static void add_site(struct runtime_process *p, struct arena *a, struct str folder)
{
	for (size_t i = 0; i < p->n_sites; i++)
		if (str_eq(p->sites[i], folder))
			return;
	if (p->n_sites == p->cap_sites) {
		struct str *more = ARENA_ARRAY(a, struct str, p->cap_sites * 2 + 8);

		if (p->n_sites)
			memcpy(more, p->sites, p->n_sites * sizeof(*more));
		p->cap_sites = p->cap_sites * 2 + 8;
		p->sites = more;
	}
	p->sites[p->n_sites++] = folder;
}

static struct str variable(struct str environ, struct str name)
{
	struct str rest = environ, entry, key, value;

	while (str_split(&rest, '\0', &entry))
		if (str_cut(entry, '=', &key, &value) && str_eq(key, name))
			return value;
	return S("");
}

/* The folder of what it was started as has pyvenv.cfg beside it in a virtual environment. */
static void add_venv(const struct runtime_request *r, struct runtime_process *p)
{
	struct str bin = path_dir(p->program), top = path_dir(bin);
	const char *lib = arena_printf(r->a, "%s/%llu/root%.*s", r->proc,
				       (unsigned long long)r->pid, STR_ARG(top));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);

	if (access(arena_printf(r->a, "%s/pyvenv.cfg", lib), F_OK) ||
	    dir_list(AT_FDCWD, arena_printf(r->a, "%s/lib", lib), &list, &none))
		return;
	for (size_t i = 0; i < list.n; i++)
		if (str_starts(str_c(list.v[i].name), S("python3")))
			add_site(p, r->a,
				 str_c(arena_printf(r->a, "%.*s/lib/%s/site-packages", STR_ARG(top),
						    list.v[i].name)));
}

/* Where its modules came from, as far as they have native parts. */
static void add_mapped_sites(struct runtime_process *p, struct arena *a)
{
	static const struct str names[] = {S("/site-packages/"), S("/dist-packages/")};

	for (size_t i = 0; i < p->n_mapped; i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			ptrdiff_t at = str_find(p->mapped[i], names[k]);

			if (at >= 0)
				add_site(p, a,
					 str_sub(p->mapped[i], 0, (size_t)at + names[k].n - 1));
		}
}

static void add_variable(struct runtime_process *p, struct arena *a, struct str environ,
			 const char *name)
{
	struct str rest = variable(environ, str_c(name)), piece;

	while (rest.n && str_split(&rest, ':', &piece))
		if (str_starts(piece, S("/")))
			add_site(p, a, arena_str(a, piece));
}

/* In Python's order, but for what fills slots, which comes last there and is the first to be known
 * here. */
static void find_sites(const struct runtime_request *r, struct runtime_process *p,
		       struct str environ)
{
	add_variable(p, r->a, environ, "KILN_SLOT_PATH");
	p->n_slots = p->n_sites;
	p->slots = ARENA_ARRAY(r->a, struct str, p->n_slots);
	if (p->n_slots)
		memcpy(p->slots, p->sites, p->n_slots * sizeof(*p->slots));
	add_variable(p, r->a, environ, "PYTHONPATH");
	if (p->program.n)
		add_venv(r, p);
	add_mapped_sites(p, r->a);
}

/* ---- the process ---- */

static errint no_process(const struct runtime_request *r, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "there is no process %llu", (unsigned long long)r->pid);
}

static errint denied(const struct runtime_request *r, struct err *err)
{
	const char *dir = arena_printf(r->a, "%s/%llu", r->proc, (unsigned long long)r->pid);
	const struct passwd *user = NULL;
	struct stat st;

	if (!stat(dir, &st))
		user = getpwuid(st.st_uid);
	err_set(err, ERR_DENIED, "process %llu is of user '%s', and not yours to look at",
		(unsigned long long)r->pid, user ? user->pw_name : "another");
	return err_hint(err, "run it as that user, or as root");
}

static errint read_file(const struct runtime_request *r, const char *name, struct buf *out,
			struct err *err)
{
	const char *file =
		arena_printf(r->a, "%s/%llu/%s", r->proc, (unsigned long long)r->pid, name);
	int fd CLEANUP_FD = open(file, O_RDONLY | O_CLOEXEC);
	ERR(why);

	if (fd < 0 && (errno == ENOENT || errno == ESRCH))
		return no_process(r, err);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return denied(r, err);
	if (fd < 0)
		return err_sys(err, "reading '%s'", file);
	errint rc = fd_read_all(fd, out, &why);
	if (rc && why.sys == ESRCH)
		return no_process(r, err);
	if (rc && (why.sys == EACCES || why.sys == EPERM))
		return denied(r, err);
	return rc ? err_move(err, &why) : 0;
}

errint runtime_read(const struct runtime_request *r, struct runtime_process *out, struct err *err)
{
	BUF(maps, MAPS_MAX);
	BUF(line, LIMIT_TOOL_OUTPUT);
	BUF(environ, LIMIT_TOOL_OUTPUT);
	errint rc = read_file(r, "maps", &maps, err);

	*out = (struct runtime_process){.program = S("")};
	if (!rc)
		rc = read_file(r, "cmdline", &line, err);
	if (!rc)
		rc = read_file(r, "environ", &environ, err);
	if (rc)
		return rc;
	if (!maps.n)
		return err_set(err, ERR_NOT_FOUND,
			       "process %llu has ended, or is one of the kernel's",
			       (unsigned long long)r->pid);
	runtime_parse_maps(r->a, arena_str(r->a, buf_str(&maps)), out);
	struct str program = str_c(buf_z(&line));
	/* A name without a folder is found by PATH; the maps have it. */
	if (str_starts(program, S("/")))
		out->program = arena_str(r->a, program);
	find_sites(r, out, arena_str(r->a, buf_str(&environ)));
	return 0;
}
