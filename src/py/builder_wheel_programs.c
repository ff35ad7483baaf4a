/* SPDX-License-Identifier: MIT
 *
 * Programs: those of the wheel's .data/scripts, and one for each entry point. They start with the
 * given interpreter, and one line adds the package and all that it needs to the module path, so
 * that they also run outside of an environment. An environment's own copies leave that line out; it
 * is found by its mark. */
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "py/builder_wheel_int.h"

#define SITE_MARK "# kiln:site"

/* What is read of a script to find the place of the site line; the rest is copied. */
enum { SCRIPT_HEAD = LIMIT_SMALL_FILE };

static void put_quoted(struct buf *out, struct str a, struct str b)
{
	buf_printf(out, "'%.*s/%.*s'", STR_ARG(a), STR_ARG(b));
}

static void put_site_line(struct wheel_install *w, struct buf *out)
{
	buf_putz(out, "import site; [site.addsitedir(p) for p in [");
	put_quoted(out, str_c(w->out), w->site);
	for (size_t i = 0; i < w->n_packages; i++) {
		buf_putz(out, ", ");
		put_quoted(out, w->packages[i], w->site);
	}
	buf_putz(out, "]]  " SITE_MARK "\n");
}

static bool is_program(const struct wheel_file *f)
{
	return str_starts(f->path, S("bin/"));
}

/* ---- entry points ---- */

static errint put_entry_point(struct wheel_install *w, const struct wheel_entry_point *p,
			      struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str first = p->object, rest;
	const char *path = arena_printf(&w->arena, "bin/%.*s", STR_ARG(p->name));

	(void)str_cut(p->object, '.', &first, &rest);
	buf_printf(&text,
		   "#!%.*s\n"
		   "import sys\n"
		   "from %.*s import %.*s\n"
		   "if __name__ == '__main__':\n"
		   "    sys.exit(%.*s())\n",
		   STR_ARG(w->python), STR_ARG(p->module), STR_ARG(first), STR_ARG(p->object));
	errint rc = buf_check(&text, "program", err);
	if (rc)
		return rc;
	return wheel_file_put(w, str_c(path), buf_str(&text), 0755, err);
}

/* Is the file one that this entry point replaces: the program itself, or a form of it for Windows
 * that setuptools put among the scripts? */
static bool stands_for(const struct wheel_file *f, const struct wheel_entry_point *p)
{
	static const char *const forms[] = {"", ".exe", "-script.py", ".pya"};
	struct str name = path_base(f->path);

	if (str_eq(str_skip(f->path, strlen("bin/")), p->name))
		return true;
	if (str_find(f->member, S(".data/scripts/")) < 0 || !str_starts(name, p->name))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (str_eqz(str_skip(name, p->name.n), forms[i]))
			return true;
	return false;
}

/* Why a program of the wheel is left out: "" needs no word, NULL if it is not. */
static const char *unwanted(const struct wheel_file *f, const struct wheel_entry_point *points,
			    size_t n)
{
	if (wheel_program_is_interpreter(str_skip(f->path, strlen("bin/"))))
		return "it would stand in the interpreter's place";
	for (size_t i = 0; i < n; i++)
		if (stands_for(f, &points[i]))
			return "";
	return NULL;
}

/* As pip has it, what entry points make goes before the wheel's own files of those names. */
static errint leave_out(struct wheel_install *w, const struct wheel_entry_point *points, size_t n,
			struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_files; i++) {
		struct wheel_file *f = &w->files[i];
		const char *why = is_program(f) ? unwanted(f, points, n) : NULL;

		if (!why) {
			w->files[kept++] = *f;
			continue;
		}
		if (unlinkat(w->out_fd, f->path.p, 0))
			return err_sys(err, "removing '%s'", f->path.p);
		if (*why)
			wheel_warn(w, "'%s' is left out: %s", f->path.p, why);
	}
	w->n_files = kept;
	return 0;
}

static errint put_entry_points(struct wheel_install *w, const struct wheel_entry_point *points,
			       size_t n, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		if (wheel_program_is_interpreter(points[i].name))
			wheel_warn(w,
				   "the program '%.*s' is left out: it would stand in the "
				   "interpreter's place",
				   STR_ARG(points[i].name));
		else
			rc = put_entry_point(w, &points[i], err);
	}
	return rc;
}

/* ---- scripts ---- */

/* What a script becomes: `text`, then its own bytes from `from` on. */
struct script {
	struct buf text;
	size_t from;
};

static void script_release(struct script *s)
{
	buf_release(&s->text);
}

/* Of what is no script, the first bytes only. */
static errint read_head(int fd, struct buf *head, struct err *err)
{
	char chunk[16384];

	while (head->n < SCRIPT_HEAD) {
		ssize_t n = pread(fd, chunk, sizeof(chunk), (off_t)head->n);

		if (n < 0)
			return err_sys(err, "reading it");
		buf_put(head, chunk, (size_t)n);
		if (n == 0 || !str_starts(buf_str(head), S("#!")))
			break;
	}
	return buf_check(head, "program", err);
}

/* Python also runs a zip archive behind a first line; no line of ours can stand in that. */
static bool is_text(struct str body)
{
	return !memchr(body.p, '\0', body.n) && !str_starts(body, S("PK\3\4"));
}

/* False: the script stays as it is. */
static bool change(struct wheel_install *w, struct str head, bool site, struct script *out)
{
	ptrdiff_t end = str_chr(head, '\n');
	struct str line = end < 0 ? head : str_sub(head, 0, (size_t)end + 1), options;
	struct str body = str_skip(head, line.n);
	struct wheel_prolog p = {0, 0};

	if (!wheel_script_is_python(&w->arena, line, &options))
		return false;
	site = site && is_text(body) && str_find(body, S(SITE_MARK)) < 0;
	buf_printf(&out->text, "#!%.*s%s%.*s\n", STR_ARG(w->python), options.n ? " " : "",
		   STR_ARG(options));
	if (site) {
		p = wheel_script_prolog(body);
		buf_puts(&out->text, str_sub(body, 0, p.keep));
		if (p.keep && out->text.p[out->text.n - 1] != '\n')
			buf_putc(&out->text, '\n');
		put_site_line(w, &out->text);
	}
	out->from = line.n + p.resume;
	return true;
}

static errint replace(struct wheel_install *w, struct wheel_file *f, int from,
		      const struct script *s, struct err *err)
{
	const char *temp = arena_printf(&w->arena, "%s.kiln-new", f->path.p);
	int to CLEANUP_FD =
		openat(w->out_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);

	if (to < 0)
		return err_sys(err, "making '%s'", temp);
	if (lseek(from, (off_t)s->from, SEEK_SET) < 0)
		return err_sys(err, "reading it");
	errint rc = fd_write_all(to, s->text.p, s->text.n, err);
	if (!rc)
		rc = fd_copy(from, to, err);
	if (rc)
		return rc;
	if (fchmod(to, 0755) || renameat(w->out_fd, temp, w->out_fd, f->path.p))
		return err_sys(err, "replacing it");
	return wheel_file_rehash(w, f, err);
}

static errint fix_script(struct wheel_install *w, struct wheel_file *f, bool site, struct err *err)
{
	BUF(head, SCRIPT_HEAD + (1 << 14));
	struct script s CLEANUP(script_release) = {.text = BUF_INIT(LIMIT_WHEEL_METADATA)};
	int fd CLEANUP_FD = -1;
	errint rc = open_file(w->out_fd, f->path.p, &fd, err);

	if (!rc)
		rc = read_head(fd, &head, err);
	if (rc)
		return rc;
	if (!change(w, buf_str(&head), site, &s))
		return 0;
	rc = buf_check(&s.text, "program", err);
	if (rc)
		return rc;
	return replace(w, f, fd, &s, err);
}

static errint fix_scripts(struct wheel_install *w, bool site, struct err *err)
{
	for (size_t i = 0; i < w->n_files; i++) {
		struct wheel_file *f = &w->files[i];

		if (is_program(f) && !f->elf && fix_script(w, f, site, err))
			return err_wrap(err, "'%s'", f->path.p);
	}
	return 0;
}

errint wheel_step_programs(struct wheel_install *w, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	ERR(missing);
	struct wheel_entry_point *points = NULL;
	size_t n = 0;
	errint rc;

	if (!wheel_info_read(w, "entry_points.txt", &text, &missing)) {
		rc = wheel_entry_points_parse(&w->arena, buf_str(&text), &points, &n, err);
		if (rc)
			return rc;
	} else if (missing.code != ERR_NOT_FOUND) {
		return err_move(err, &missing);
	}
	rc = leave_out(w, points, n, err);
	if (!rc)
		rc = fix_scripts(w, false, err);
	if (rc)
		return rc;
	return put_entry_points(w, points, n, err);
}

errint wheel_step_wrap(struct wheel_install *w, struct err *err)
{
	return fix_scripts(w, true, err);
}
