/* SPDX-License-Identifier: MIT
 *
 * Slots of a start, in order: which are named, what they hold, what the result asks for, whether it
 * fits, where it lies. */
#include "project/slot_start.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "project/slot.h"
#include "project/slot_checked.h"

struct start {
	const struct slot_start_request *r;
	struct arena *a;
	struct slot_list list;
	struct slot_closure closure;
	struct filling *fillings;
	size_t n_fillings;
	bool *named; /* of list.v: told, if only to stay empty */
	struct driver driver;
};

static void release(struct start *s)
{
	for (size_t i = 0; i < s->n_fillings; i++)
		filling_release(&s->fillings[i]);
	slot_closure_release(&s->closure);
}

#define VARIABLE "KILN_SLOT_"

/* KILN_SLOT_FLASH_ATTN of "flash-attn". */
static const char *variable_of(struct arena *a, struct str slot)
{
	char *name = arena_printf(a, VARIABLE "%.*s", STR_ARG(slot));

	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	return name;
}

/* ---- filling ---- */

static errint fill_one(struct start *s, const char *text, struct err *err)
{
	const struct slot_kind *k;
	struct str filling;
	errint rc = slot_kind_of(&s->list, s->a, text, &k, &filling, err);

	if (rc)
		return rc;
	if (s->named[k - s->list.v])
		return err_set(err, ERR_USAGE, "slot '%.*s' is named twice", STR_ARG(k->name));
	s->named[k - s->list.v] = true;
	if (str_eqz(filling, "none"))
		return 0;
	return slot_fill(s->r->session, s->a, &s->list, text, &s->fillings[s->n_fillings++], err);
}

/* The command line first; the environment for what it does not name. */
static errint fill(struct start *s, struct err *err)
{
	errint rc = 0;

	s->fillings = ARENA_ARRAY(s->a, struct filling, s->r->n + s->list.n);
	s->named = ARENA_ARRAY(s->a, bool, s->list.n);
	for (size_t i = 0; !rc && i < s->r->n; i++)
		rc = fill_one(s, s->r->texts[i], err);
	for (size_t i = 0; !rc && i < s->list.n; i++) {
		struct str name = s->list.v[i].name;
		const char *variable = variable_of(s->a, name);
		const char *value = s->named[i] ? NULL : env_get(variable);

		if (value && fill_one(s, arena_printf(s->a, "%.*s=%s", STR_ARG(name), value), err))
			return err_wrap(err, "%s", variable);
	}
	return rc;
}

/* ---- what is asked for and not there ---- */

static bool is_filled(const struct start *s, const struct slot_kind *k)
{
	for (size_t i = 0; i < s->n_fillings; i++)
		if (s->fillings[i].slot == k)
			return true;
	return s->closure.n_fillings > 0;
}

static void find_empty(struct start *s, struct slot_start *out)
{
	out->empty = ARENA_ARRAY(s->a, struct str, s->closure.n_asked);
	/* A program that a started one starts has its slots from there. */
	if (env_get("KILN_SLOT_PATH"))
		return;
	for (size_t i = 0; i < s->closure.n_asked; i++) {
		const struct slot_kind *k = slot_list_owner(&s->list, s->closure.asked[i]);

		if (!k || !is_filled(s, k))
			out->empty[out->n_empty++] = s->closure.asked[i];
	}
}

/* Is it one of the result's own, and no interpreter, which may well do without? */
static bool is_own_program(const struct start *s)
{
	const char *program = s->r->program;
	const char *bin =
		arena_printf(s->a, "%s/bin", site_real(s->r->session->store, s->a, s->r->result));
	struct str name = program ? path_base(str_c(program)) : S("");

	if (!program)
		return true;
	if (str_starts(name, S("python")) || strchr(program, '/'))
		return false;
	return faccessat(AT_FDCWD, arena_printf(s->a, "%s/%s", bin, program), F_OK,
			 AT_SYMLINK_NOFOLLOW) == 0;
}

static const struct slot_kind *needed_and_empty(const struct start *s, const struct slot_start *out)
{
	for (size_t i = 0; i < out->n_empty; i++) {
		const struct slot_kind *k = slot_list_owner(&s->list, out->empty[i]);

		if (k && k->needed && !s->named[k - s->list.v])
			return k;
	}
	return NULL;
}

static errint tell_empty(const struct start *s, const struct slot_start *out, struct err *err)
{
	const struct slot_kind *k = needed_and_empty(s, out);
	struct str name = store_path_name(s->r->result);

	if (!k)
		return 0;
	const char *cure = arena_printf(
		s->a,
		s->r->environment
			? "%.*s = \"cpu\" below [kiln.slots] of the manifest fills it (or cuda, "
			  "venv:PATH, PATH), or kiln activate --slot; none leaves it empty"
			: "kiln run --slot %.*s=cpu … fills it (or =cuda, =venv:PATH, =PATH); =none "
			  "leaves it empty",
		STR_ARG(k->name));
	if (is_own_program(s)) {
		err_set(err, ERR_NOT_FOUND, "slot '%.*s' is empty, and '%.*s' needs it",
			STR_ARG(k->name), STR_ARG(name));
		return err_hint(err, "%s", cure);
	}
	report_msg(s->r->session->report, REPORT_WARN,
		   "slot '%.*s' is empty, for which '%.*s' asks\nhint: %s", STR_ARG(k->name),
		   STR_ARG(name), cure);
	return 0;
}

/* ---- what Python's path has besides ---- */

struct folders {
	struct str *v;
	size_t n, cap;
};

static void folders_release(struct folders *f)
{
	free(f->v);
}

static void add_folder(struct folders *f, struct arena *a, const char *path)
{
	char *absolute CLEANUP_FREE = NULL;
	ERR(ignored);

	if (path_absolute(str_c(path), &absolute, &ignored) || access(absolute, F_OK))
		return;
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = arena_str(a, str_c(absolute));
}

/* A virtual environment that is active but of another Python is nothing to this one. */
static bool is_on_top(const struct start *s, struct str path)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(s->a, "%.*s/pyvenv.cfg", STR_ARG(path));
	struct str rest, line, key, value;
	ERR(ignored);

	if (file_read(AT_FDCWD, file, &text, &ignored))
		return false;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line))
		if (str_cut(line, '=', &key, &value) && str_eqz(str_trim(key), "home"))
			return store_path_split(store_dir(s->r->session->store), str_trim(value),
						&key, NULL);
	return false;
}

static void add_environment(const struct start *s, struct folders *f, struct str path)
{
	add_folder(f, s->a,
		   arena_printf(s->a, "%.*s/lib/python%.*s/site-packages", STR_ARG(path),
				STR_ARG(s->closure.python)));
}

/* A program in one is started with it, whatever it was made from. */
static void add_programs(const struct start *s, struct folders *f, struct str program)
{
	struct str path = path_dir(path_dir(program));

	if (str_chr(program, '/') >= 0 &&
	    access(arena_printf(s->a, "%.*s/pyvenv.cfg", STR_ARG(path)), F_OK) == 0)
		add_environment(s, f, path);
}

static void find_beside(const struct start *s, struct folders *f)
{
	const char *list = env_get("PYTHONPATH"), *venv = env_get("VIRTUAL_ENV");
	const char *home = env_get("HOME"), *program = s->r->program;
	struct str rest = list ? str_c(list) : STR_NULL, piece;

	if (!s->closure.python.n)
		return;
	while (rest.n && str_split(&rest, ':', &piece))
		if (piece.n)
			add_folder(f, s->a, arena_strz(s->a, piece));
	if (venv && is_on_top(s, str_c(venv)))
		add_environment(s, f, str_c(venv));
	if (program)
		add_programs(s, f, str_c(program));
	if (home && !env_flag("PYTHONNOUSERSITE"))
		add_folder(f, s->a,
			   arena_printf(s->a, "%s/.local/lib/python%.*s/site-packages", home,
					STR_ARG(s->closure.python)));
}

/* ---- checking ---- */

static void tell_warnings(const struct start *s, const struct slot_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->v[i].fatal)
			report_msg(s->r->session->report, REPORT_WARN, "%s%s%s", f->v[i].text,
				   f->v[i].cure ? "\nhint: " : "",
				   f->v[i].cure ? f->v[i].cure : "");
}

/* Nothing was found that a person is to know, nor lies anything beside. */
static void keep_checked(const struct start *s, const struct slot_start *out,
			 struct slot_checked *known)
{
	known->python = s->closure.python;
	known->interpreter = s->closure.interpreter;
	known->place = out->place;
	slot_checked_keep(known);
}

static errint check(struct start *s, struct slot_checked *known, struct slot_start *out,
		    struct err *err)
{
	struct slot_findings found CLEANUP(findings_release) = {0};
	struct folders beside CLEANUP(folders_release) = {0};

	find_beside(s, &beside);
	const struct slot_case c = {
		.store = s->r->session->store,
		.a = s->a,
		.list = &s->list,
		.closure = &s->closure,
		.fillings = s->fillings,
		.n_fillings = s->n_fillings,
		.driver = &s->driver,
		.beside = beside.v,
		.n_beside = beside.n,
		.out = &found,
	};
	errint rc = slot_check(&c, err);
	if (rc)
		return rc;
	tell_warnings(s, &found);
	if (findings_fatal(&found))
		return findings_error(&found, store_path_name(s->r->result), err);
	rc = s->n_fillings ? slot_place_make(&c, &out->place, err) : 0;
	if (!rc && !found.n && !beside.n)
		keep_checked(s, out, known);
	return rc;
}

/* It was checked before, and still nothing lies beside. */
static bool was_checked(struct start *s, struct slot_checked *known, struct slot_start *out)
{
	struct folders beside CLEANUP(folders_release) = {0};

	if (!slot_checked_find(s->a, known))
		return false;
	s->closure.python = known->python;
	find_beside(s, &beside);
	if (beside.n)
		return false;
	s->closure.interpreter = known->interpreter;
	out->place = known->place;
	return true;
}

static errint check_once(struct start *s, struct slot_start *out, struct err *err)
{
	struct slot_checked known;
	errint rc = driver_find(driver_root(), s->a, &s->driver, err);

	if (rc)
		return rc;
	slot_checked_name(s->r->session, s->a, s->r->result, &s->list, s->fillings, s->n_fillings,
			  &s->driver, &known);
	if (was_checked(s, &known, out))
		return 0;
	slot_closure_release(&s->closure);
	rc = slot_closure_read(s->r->session->store, s->a, s->r->result, &s->closure, err);
	return rc ? rc : check(s, &known, out, err);
}

static void tell_filled(struct start *s, struct slot_start *out)
{
	out->filled = ARENA_ARRAY(s->a, struct slot_filled, s->n_fillings);
	for (size_t i = 0; i < s->n_fillings; i++) {
		struct filling *f = &s->fillings[i];
		struct slot_filled *to = &out->filled[out->n_filled++];

		*to = (struct slot_filled){arena_strz(s->a, f->slot->name), f->folders,
					   f->n_folders};
		if (!filling_is_pure(f)) {
			to->folders = ARENA_NEW(s->a, struct str);
			to->n = 1;
			*to->folders =
				str_c(arena_printf(s->a, "%s/site-%zu", out->place.folder, i));
		}
	}
}

/* Of slots that must be filled, the projects that are modules of their own name. */
static void tell_modules(const struct start *s, struct slot_start *out)
{
	static const struct str modules[] = {S("torch"), S("torchvision"), S("torchaudio")};
	const struct slot_closure *c = &s->closure;

	if (!c->interpreter.n || !out->place.folder)
		return;
	out->python = arena_printf(s->a, "%.*s/bin/python%.*s", STR_ARG(c->interpreter),
				   STR_ARG(c->python));
	out->mark = arena_printf(s->a, "%s/imported", out->place.folder);
	out->modules = ARENA_ARRAY(s->a, struct str, ARRAY_LEN(modules));
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		for (size_t k = 0; k < s->n_fillings; k++)
			if (dists_find(&s->fillings[k].dists, modules[i]))
				out->modules[out->n_modules++] = modules[i];
}

/* Whether somebody fills a slot, whatever its name. */
static bool is_told(const struct slot_start_request *r)
{
	bool variable = false;

	for (char **v = environ; *v && !variable; v++)
		variable = strncmp(*v, VARIABLE, strlen(VARIABLE)) == 0;
	return r->n || variable;
}

static errint read_list(struct start *s, struct err *err)
{
	const char *data_dir;
	errint rc = session_data_dir(s->r->session, &data_dir, err);

	return rc ? rc : slot_list_read(data_dir, s->r->project, s->a, &s->list, err);
}

errint slot_start(const struct slot_start_request *r, struct arena *a, struct slot_start *out,
		  struct err *err)
{
	struct start s CLEANUP(release) = {.r = r, .a = a};

	*out = (struct slot_start){0};
	errint rc = slot_closure_asked(r->session->store, a, r->result, &s.closure, err);
	if (rc || (!s.closure.n_asked && !is_told(r)))
		return rc;
	rc = read_list(&s, err);
	if (!rc)
		rc = fill(&s, err);
	if (rc)
		return rc;
	find_empty(&s, out);
	rc = tell_empty(&s, out, err);
	if (rc || (!s.n_fillings && !s.closure.n_asked))
		return rc;
	rc = check_once(&s, out, err);
	if (rc)
		return rc;
	tell_filled(&s, out);
	tell_modules(&s, out);
	return 0;
}
