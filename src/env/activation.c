/* SPDX-License-Identifier: MIT
 *
 * Entering: what this process's environment becomes. The order is Flox's: the environment's own
 * variables and folders, slots, [vars], the hook. What was there before is kept until it is known
 * how the level is left. */
#include "env/activation_int.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/json.h"
#include "base/report.h"
#include "env/start.h"

/* ---- lists of folders ---- */

struct env_folder {
	const char *list, *below;
	bool development;
	/* What a program takes where the variable is not set, to which ours is added; "" is its
	 * own, which an empty entry stands for; NULL: it has none. */
	const char *otherwise;
};

static const struct env_folder folders[] = {
	{"PATH", "sbin", false, "/usr/local/bin:/usr/bin:/bin"},
	{"PATH", "bin", false, "/usr/local/bin:/usr/bin:/bin"},
	{"MANPATH", "share/man", false, ""},
	{"INFOPATH", "share/info", false, ""},
	{"XDG_DATA_DIRS", "share", false, "/usr/local/share:/usr/share"},
	{"PKG_CONFIG_PATH", "share/pkgconfig", true, NULL},
	{"PKG_CONFIG_PATH", "lib/pkgconfig", true, NULL},
	{"ACLOCAL_PATH", "share/aclocal", true, NULL},
	{"CPATH", "include", true, NULL},
	{"LIBRARY_PATH", "lib", true, NULL},
};

/* In front, once. */
static void prepend(struct arena *arena, const char *name, struct str entry, const char *otherwise)
{
	const char *old = env_get(name);
	struct str rest = old         ? environ_list_without(arena, str_c(old), entry)
			  : otherwise ? str_c(otherwise)
				      : S("");
	bool colon = old ? rest.n > 0 : otherwise != NULL;
	char *value CLEANUP_FREE =
		xasprintf("%.*s%s%.*s", STR_ARG(entry), colon ? ":" : "", STR_ARG(rest));

	setenv(name, value, 1);
}

static void set_folders(const struct activation *a, struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const struct env_folder *f = &folders[i];
		const char *dir = arena_printf(arena, "%.*s/%s", STR_ARG(a->env), f->below);
		struct stat st;
		bool programs = strcmp(f->list, "PATH") == 0;

		if ((f->development && !a->development) ||
		    (strcmp(f->below, "sbin") == 0 && !a->sbin))
			continue;
		/* Programs may come while a shell is open; of others those that are there. */
		if (programs || (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)))
			prepend(arena, f->list, str_c(dir), f->otherwise);
	}
	prepend(arena, "FLOX_ENV_DIRS", a->env, NULL);
}

/* ---- names of environments ---- */

/* Nothing that a prompt reads something into. */
static struct str prompt_name(struct arena *arena, struct str name)
{
	char *p = arena_strz(arena, name);

	for (size_t i = 0; i < name.n; i++)
		if (!((unsigned char)p[i] >= 0x80 || isalnum((unsigned char)p[i]) ||
		      strchr("._+@/:-", p[i])))
			p[i] = '_';
	return str_n(p, name.n);
}

char *activation_label(void)
{
	ARENA(arena);
	const char *names = env_get("FLOX_PROMPT_ENVIRONMENTS");
	const char *off = env_or("KILN_PROMPT", "1");
	struct str label = prompt_name(&arena, str_c(env_or("FLOX_PROMPT", "kiln")));

	if (!names || str_eqz(str_c(off), "0") || str_eqz(str_c(off), "no") ||
	    str_eqz(str_c(off), "false") || str_eqz(str_c(off), "off"))
		return xstrdup("");
	BUF(b, LIMIT_SMALL_FILE);

	buf_printf(&b, "%.*s [", STR_ARG(label));
	for (const char *p = names; *p; p++)
		if (*p == ' ' || prompt_name(&arena, str_n(p, 1)).p[0] == *p)
			buf_putc(&b, *p);
	buf_putc(&b, ']');
	return buf_steal(&b);
}

static void set_names(const struct activation *a, struct arena *arena)
{
	const char *names = env_get("FLOX_PROMPT_ENVIRONMENTS");
	struct str name = prompt_name(arena, a->name);
	char *both CLEANUP_FREE =
		xasprintf("%.*s%s%s", STR_ARG(name), names ? " " : "", names ? names : "");

	if (!a->prompt_hides)
		setenv("FLOX_PROMPT_ENVIRONMENTS", both, 1);
	else if (!names)
		setenv("FLOX_PROMPT_ENVIRONMENTS", "", 1);
	if (!a->prompt)
		setenv("KILN_PROMPT", "0", 1);
}

/* The newest stands first. What is not a list of ours is begun anew. */
static void set_active(const struct activation *a, struct arena *arena)
{
	static const char name[] = "_FLOX_ACTIVE_ENVIRONMENTS";
	struct str *items = NULL;
	size_t n = 0;
	BUF(b, LIMIT_SMALL_FILE);
	ERR(none);

	if (json_items(arena, str_c(env_or(name, "[]")), &items, &n, &none))
		n = 0;
	buf_putc(&b, '[');
	buf_puts(&b, a->active_entry);
	for (size_t i = 0; i < n; i++) {
		buf_putc(&b, ',');
		buf_puts(&b, items[i]);
	}
	buf_putc(&b, ']');
	setenv(name, buf_z(&b), 1);
}

static errint set_base(const struct activation *a, struct arena *arena, struct err *err)
{
	environ_set(S("FLOX_ENV"), a->env);
	environ_set(S("FLOX_ENV_CACHE"), a->cache);
	environ_set(S("FLOX_ENV_PROJECT"), a->dir);
	environ_set(S("FLOX_ENV_DESCRIPTION"), a->name);
	environ_set(S("FLOX_ENV_LOG_DIR"), a->log);
	setenv("FLOX_ACTIVATE_START_SERVICES", a->keeps_services ? "true" : "false", 1);
	set_folders(a, arena);
	set_names(a, arena);
	set_active(a, arena);
	return a->slots ? env_tell_slots(a->slots, err) : 0;
}

/* ---- once ---- */

/* What [vars] and the hook made of the environment, so that it can be made again of another one:
 * a value that was put around what was there is told as what comes before and behind it. */
struct exporting {
	struct buf out;
};

static void put_record(struct buf *b, char op, struct str name, struct str x, struct str y)
{
	buf_putc(b, op);
	buf_puts(b, name);
	buf_putc(b, '\0');
	buf_puts(b, x);
	buf_putc(b, '\0');
	buf_puts(b, y);
	buf_putc(b, '\0');
}

static void export_change(void *ctx, struct str name, const struct str *was, const struct str *is)
{
	struct exporting *e = ctx;
	ptrdiff_t at = was && is && was->n ? str_find(*is, *was) : -1;

	if (!is)
		put_record(&e->out, 'u', name, S(""), S(""));
	else if (at >= 0)
		put_record(&e->out, 'a', name, str_sub(*is, 0, (size_t)at),
			   str_skip(*is, (size_t)at + was->n));
	else
		put_record(&e->out, 's', name, *is, S(""));
}

static errint replay(struct str text, struct err *err)
{
	while (text.n) {
		struct str name, x, y;
		char op = text.p[0];

		if (!str_cut(str_skip(text, 1), '\0', &name, &text) ||
		    !str_cut(text, '\0', &x, &text) || !str_cut(text, '\0', &y, &text))
			return err_set(err, ERR_CORRUPT, "what the hook exported is not whole");
		char *zname CLEANUP_FREE = str_dupz(name);
		char *around CLEANUP_FREE =
			xasprintf("%.*s%s%.*s", STR_ARG(x), env_or(zname, ""), STR_ARG(y));

		if (op == 'u')
			environ_unset(name);
		else if (op == 's')
			environ_set(name, x);
		else
			environ_set(name, str_c(around));
	}
	return 0;
}

static const char exported_file[] = "exported";
/* While a hook runs, the folder of its environment: who wants in would wait for the hook, which
 * waits for who wants in. */
static const char in_hook[] = "_KILN_IN_HOOK";

static errint refuse_in_hook(const struct activation *a, struct err *err)
{
	const char *dir = env_get(in_hook);

	if (!dir || !str_eqz(a->dir, dir))
		return 0;
	err_set(err, ERR_FAILED, "environment '%.*s' cannot be entered from its own hook",
		STR_ARG(a->name));
	return err_hint(err,
			"'%s activate -s' starts services behind the hook; what the hook runs "
			"has the environment already",
			a->called);
}

static errint start(struct activation_entry *e, struct err *err)
{
	struct exporting exporting = {BUF_INIT(LIMIT_TOML_TEXT)};
	struct environ_copy was, is;
	errint rc;

	environ_take(&e->arena, &was);
	const char *outer = env_get(in_hook);
	char *before CLEANUP_FREE = outer ? xstrdup(outer) : NULL;
	environ_set(str_c(in_hook), e->a->dir);
	rc = hook_run(e->a, e->state, err);
	if (before)
		environ_set(str_c(in_hook), str_c(before));
	else
		environ_unset(str_c(in_hook));
	if (rc)
		return rc;
	environ_take(&e->arena, &is);
	environ_changes(&was, &is, export_change, &exporting);
	rc = buf_check(&exporting.out, "what the hook exported", err);
	if (!rc)
		rc = state_write(e->state, exported_file, buf_str(&exporting.out), err);
	buf_release(&exporting.out);
	return rc;
}

/* The hook runs for the first who comes; whoever comes while somebody is in has the same. */
static errint start_or_join(struct activation_entry *e, struct err *err)
{
	char *file CLEANUP_FREE = state_file(e->state, exported_file);
	BUF(text, LIMIT_TOML_TEXT);
	bool somebody;
	errint rc = state_attached(e->state, &somebody, err);

	if (rc)
		return rc;
	if (somebody && access(file, F_OK) == 0) {
		rc = file_read(AT_FDCWD, file, &text, err);
		if (!rc)
			rc = replay(buf_str(&text), err);
		return rc ? rc : state_attach(e->state, getpid(), err);
	}
	unlink(file);
	rc = start(e, err);
	if (!rc)
		rc = state_attach(e->state, getpid(), err);
	if (!rc && e->a->on_deactivate.n)
		rc = state_watch(e->state, e->a, err);
	if (rc && !somebody)
		state_remove(e->state);
	return rc;
}

errint activation_stop_later(struct activation_entry *e, const char *const *services, size_t n,
			     struct err *err)
{
	return state_stop_later(e->state, e->a, services, n, err);
}

/* All that makes it another activation than one that is running. */
static void put_key(const struct activation *a, struct buf *b)
{
	buf_puts(b, a->env);
	buf_printf(b, "\n%d%d\n", a->development, a->sbin);
	buf_puts(b, a->on_activate);
	buf_putc(b, '\n');
	buf_puts(b, a->on_deactivate);
	for (int i = 0; i < ACTIVATION_SHELL_COUNT; i++) {
		buf_putc(b, '\n');
		buf_puts(b, a->profile[i]);
		buf_putc(b, '\n');
		buf_puts(b, a->unprofile[i]);
	}
	for (size_t i = 0; i < a->n_vars; i++) {
		buf_putc(b, '\n');
		buf_puts(b, a->vars[i].name);
		buf_putc(b, '=');
		buf_puts(b, a->vars[i].text);
	}
	for (size_t i = 0; a->slots && i < a->slots->n_path; i++) {
		buf_putc(b, '\n');
		buf_puts(b, a->slots->path[i]);
	}
}

/* ---- levels ---- */

/* Active at whatever level: shells within shells would pile it up. */
static errint find_level(struct activation_entry *e, struct err *err)
{
	struct undo undo CLEANUP(undo_release) = {0};
	errint rc = undo_find(&e->arena, e->a->dir, e->a->env, &e->level, &undo, err);

	if (rc)
		return rc;
	e->active = e->level > 0;
	if (e->active) {
		e->state = str_dupz(undo.state);
		return 0;
	}
	e->level = undo_level() + 1;
	if (e->level <= ACTIVATION_LEVELS_MAX)
		return 0;
	return err_set(err, ERR_TOO_BIG, "%u environments are active in each other",
		       ACTIVATION_LEVELS_MAX);
}

static errint enter(struct activation_entry *e, struct err *err)
{
	BUF(key, LIMIT_TOML_TEXT);
	int lock CLEANUP_FD = -1;
	errint rc = find_level(e, err);

	if (rc || e->active)
		return rc;
	rc = refuse_in_hook(e->a, err);
	if (rc)
		return rc;
	rc = set_base(e->a, &e->arena, err);
	put_key(e->a, &key);
	if (!rc)
		rc = state_open(e->a->dir, buf_str(&key), e->a->report, &e->state, &lock, err);
	return rc ? rc : start_or_join(e, err);
}

errint activation_enter(const struct activation *a, struct activation_entry **out, struct err *err)
{
	struct activation_entry *e CLEANUP(activation_entry_cleanup) = xcalloc(1, sizeof(*e));
	errint rc;

	e->a = a;
	environ_take(&e->arena, &e->before);
	rc = enter(e, err);
	if (rc)
		return rc;
	*out = STEAL(e);
	return 0;
}

bool activation_was_active(const struct activation_entry *e)
{
	return e->active;
}

void activation_entry_free(struct activation_entry *e)
{
	if (!e)
		return;
	free(e->state);
	arena_release(&e->arena);
	free(e);
}

void activation_entry_cleanup(struct activation_entry **e)
{
	activation_entry_free(*e);
}
