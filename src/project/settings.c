/* SPDX-License-Identifier: MIT
 *
 * The table of settings, and setting one. */
#include "project/settings.h"

#include <stdlib.h>
#include "base/report.h"

enum setting_kind {
	KIND_FLAG,
	KIND_NUMBER,
	KIND_JOBS,
	KIND_TEXT,
	KIND_WORDS,
	KIND_LINT,
	KIND_SANDBOX,
	KIND_FEATURES,
	KIND_SKIPPED,
	KIND_SKIPPED_FLAG,
	KIND_UNMET,
	KIND_UNMET_FLAG,
	KIND_UNMET_OFF,
};

static const struct setting {
	enum setting_kind kind;
	const char *name;
	const char *aliases; /* as flags: " --a --b" */
	size_t offset;
} table[] = {
#define OFFSET_FLAG(id)            offsetof(struct settings, id)
#define OFFSET_NUMBER              OFFSET_FLAG
#define OFFSET_JOBS                OFFSET_FLAG
#define OFFSET_TEXT                OFFSET_FLAG
#define OFFSET_WORDS               OFFSET_FLAG
#define OFFSET_LINT                OFFSET_FLAG
#define OFFSET_SANDBOX             OFFSET_FLAG
#define OFFSET_FEATURES            OFFSET_FLAG
#define OFFSET_SKIPPED(id)         0
#define OFFSET_SKIPPED_FLAG(id)    0
#define OFFSET_UNMET(id)           0
#define OFFSET_UNMET_FLAG(id)      0
#define OFFSET_UNMET_OFF(id)       0
#define X(id, kind, name, aliases) {KIND_##kind, name, aliases, OFFSET_##kind(id)},
#include "project/settings.def"
#undef X
};

struct settings *settings_new(struct report *r)
{
	struct settings *s = xcalloc(1, sizeof(*s));

	s->report = r;
	s->allow_import_from_derivation = true;
	s->eval_cache = true;
	s->keep_derivations = true;
	s->require_sigs = true;
	s->required_signatures = 1;
	s->substitute = true;
	return s;
}

void settings_free(struct settings *s)
{
	if (!s)
		return;
	arena_release(&s->a);
	free(s);
}

void settings_cleanup(struct settings **s)
{
	settings_free(*s);
}

/* ---- values ---- */

static errint parse_flag(const struct setting *t, struct str v, bool *out, struct err *err)
{
	bool yes = str_eqz(v, "true") || str_eqz(v, "yes") || str_eqz(v, "1");

	if (!yes && !str_eqz(v, "false") && !str_eqz(v, "no") && !str_eqz(v, "0"))
		return err_set(err, ERR_USAGE, "Boolean setting '%s' has invalid value '%.*s'",
			       t->name, STR_ARG(v));
	*out = yes;
	return 0;
}

/* Digits, and K, M, G or T behind them. */
static errint parse_number(const struct setting *t, struct str v, unsigned *out, struct err *err)
{
	uint64_t n;

	if (!str_to_u64_units(v, &n) || n > UINT32_MAX)
		return err_set(err, ERR_USAGE, "setting '%s' has invalid value '%.*s'", t->name,
			       STR_ARG(v));
	*out = (unsigned)n;
	return 0;
}

static errint parse_lint(const struct setting *t, struct str v, enum eval_lint *out,
			 struct err *err)
{
	static const char *const names[] = {"ignore", "warn", "fatal"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!str_eqz(v, names[i]))
			continue;
		*out = (enum eval_lint)i;
		return 0;
	}
	return err_set(err, ERR_USAGE,
		       "option '%s' has invalid value '%.*s' (expected 'ignore', 'warn', or "
		       "'fatal')",
		       t->name, STR_ARG(v));
}

static errint parse_sandbox(const struct setting *t, struct str v, enum sandbox_mode *out,
			    struct err *err)
{
	if (str_eqz(v, "true"))
		*out = SANDBOX_ON;
	else if (str_eqz(v, "relaxed"))
		*out = SANDBOX_RELAXED;
	else if (str_eqz(v, "false"))
		*out = SANDBOX_OFF;
	else
		return err_set(err, ERR_USAGE, "option '%s' has invalid value '%.*s'", t->name,
			       STR_ARG(v));
	return 0;
}

static bool next_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && !strchr(" \t\r\n", rest->p[n]))
		n++;
	*word = str_sub(*rest, 0, n);
	*rest = str_skip(*rest, n);
	return n > 0;
}

void settings_add_word(struct settings *s, struct setting_words *w, struct str word)
{
	size_t used = w->n ? w->n + 1 : 0;

	/* With the NULL at the end there is room for a power of two. */
	if (!(used & (used - 1))) {
		const char **grown = ARENA_ARRAY(&s->a, const char *, MAX(2 * used, 2));

		if (used)
			memcpy(grown, w->v, used * sizeof(*grown));
		w->v = grown;
	}
	w->v[w->n++] = arena_strz(&s->a, word);
	w->v[w->n] = NULL;
}

static void set_words(struct settings *s, struct setting_words *w, struct str v, bool extra)
{
	struct str word;

	if (!extra)
		*w = (struct setting_words){0};
	while (next_word(&v, &word))
		settings_add_word(s, w, word);
}

static void set_features(struct settings *s, struct setting_features *f, struct str v, bool extra)
{
	/* flakes, fetch-tree and nix-command are there anyway, the rest is not. */
	static const char *const others[] = {
		"auto-allocate-uids",
		"blake3-hashes",
		"ca-derivations",
		"cgroups",
		"configurable-impure-env",
		"daemon-trust-override",
		"dynamic-derivations",
		"external-builders",
		"fetch-closure",
		"fetch-tree",
		"flakes",
		"git-hashing",
		"impure-derivations",
		"local-overlay-store",
		"mounted-ssh-store",
		"nix-command",
		"read-only-local-store",
		"recursive-nix",
		"verified-fetches",
	};
	struct str word;

	if (!extra)
		*f = (struct setting_features){0};
	while (next_word(&v, &word)) {
		size_t i = 0;

		while (i < ARRAY_LEN(others) && !str_eqz(word, others[i]))
			i++;
		if (str_eqz(word, "pipe-operators"))
			f->pipe_operators = true;
		else if (str_eqz(word, "parse-toml-timestamps"))
			f->parse_toml_timestamps = true;
		else if (i == ARRAY_LEN(others))
			report_msg(s->report, REPORT_WARN, "unknown experimental feature '%.*s'",
				   STR_ARG(word));
	}
}

/* The older name of a lint. */
static void set_short_path_warning(struct settings *s)
{
	bool on = s->warn_short_path_literals;

	report_msg(s->report, REPORT_WARN,
		   "'warn-short-path-literals' is deprecated, use 'lint-short-path-literals = %s' "
		   "instead",
		   on ? "warn" : "ignore");
	if (!s->given[SETTING_INDEX_lint_short_path_literals])
		s->lint_short_path_literals = on ? LINT_WARN : LINT_IGNORE;
}

/* Nothing and 0 ask for nothing; nor does '@FILE', Nix's default for machines that may not be
 * there. */
static bool asks(struct str v)
{
	return v.n && !str_eqz(v, "0") && v.p[0] != '@';
}

errint settings_set_found(struct settings *s, enum setting_index i, struct str v, bool extra,
			  struct err *err)
{
	const struct setting *t = &table[i];
	void *at = (char *)s + t->offset;
	bool ignored;
	errint rc = 0;

	switch (t->kind) {
	case KIND_FLAG:
		rc = parse_flag(t, v, at, err);
		if (!rc && i == SETTING_INDEX_warn_short_path_literals)
			set_short_path_warning(s);
		break;
	case KIND_JOBS:
		if (str_eqz(v, "auto")) {
			*(unsigned *)at = 0;
			break;
		}
		rc = parse_number(t, v, at, err);
		if (!rc && *(unsigned *)at == 0)
			*(unsigned *)at = BUILD_JOBS_NONE;
		break;
	case KIND_NUMBER:
		rc = parse_number(t, v, at, err);
		break;
	case KIND_TEXT:
		*(const char **)at = v.n ? arena_strz(&s->a, v) : NULL;
		break;
	case KIND_WORDS:
		set_words(s, at, v, extra);
		break;
	case KIND_LINT:
		rc = parse_lint(t, v, at, err);
		break;
	case KIND_SANDBOX:
		rc = parse_sandbox(t, v, at, err);
		break;
	case KIND_FEATURES:
		set_features(s, at, v, extra);
		break;
	case KIND_SKIPPED_FLAG:
		rc = parse_flag(t, v, &ignored, err);
		break;
	case KIND_SKIPPED:
		break;
	case KIND_UNMET_FLAG:
	case KIND_UNMET_OFF:
		rc = parse_flag(t, v, &ignored, err);
		if (!rc)
			s->unmet[i] = ignored == (t->kind == KIND_UNMET_FLAG);
		break;
	case KIND_UNMET:
		s->unmet[i] = (extra && s->unmet[i]) || asks(v);
		break;
	}
	if (rc)
		return rc;
	s->given[i] = true;
	s->text[i] = arena_printf(&s->a, "%s%.*s", extra ? "... " : "", STR_ARG(v));
	s->from[i] = s->source ? arena_strz(&s->a, str_c(s->source)) : NULL;
	return 0;
}

/* May words be appended? */
static bool takes_extra(const struct setting *t)
{
	return t->kind == KIND_WORDS || t->kind == KIND_FEATURES || t->kind == KIND_SKIPPED ||
	       t->kind == KIND_UNMET;
}

static bool is_called(const struct setting *t, struct str name)
{
	struct str rest = str_c(t->aliases), one;

	if (str_eqz(name, t->name))
		return true;
	while (str_split(&rest, ' ', &one))
		if (str_starts(one, S("--")) && str_eq(str_skip(one, 2), name))
			return true;
	return false;
}

bool settings_find(struct str name, enum setting_index *out, bool *extra)
{
	struct str plain = str_drop_prefix(name, S("extra-"));

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		bool appended =
			plain.n < name.n && takes_extra(&table[i]) && str_eqz(plain, table[i].name);

		if (!appended && !is_called(&table[i], name))
			continue;
		*out = (enum setting_index)i;
		*extra = appended;
		return true;
	}
	return false;
}

const char *settings_takes(struct str name)
{
	static const char *const takes[] = {
		[KIND_FLAG] = "true or false",
		[KIND_NUMBER] = "a number, also with K, M, G or T behind it",
		[KIND_JOBS] = "a number, or 'auto' for one a core",
		[KIND_LINT] = "'ignore', 'warn' or 'fatal'",
		[KIND_SANDBOX] = "true, false or 'relaxed'",
		[KIND_SKIPPED_FLAG] = "true or false",
		[KIND_UNMET_FLAG] = "true or false",
		[KIND_UNMET_OFF] = "true or false",
	};
	enum setting_index i;
	bool extra;

	return settings_find(name, &i, &extra) ? takes[table[i].kind] : NULL;
}

errint settings_set(struct settings *s, struct str name, struct str value, struct err *err)
{
	enum setting_index i;
	bool extra;

	if (settings_find(name, &i, &extra)) {
		errint rc = settings_set_found(s, i, value, extra, err);

		return rc && !str_eqz(name, table[i].name) ? err_wrap(err, "'%.*s'", STR_ARG(name))
							   : rc;
	}
	report_msg(s->report, REPORT_WARN, "unknown setting '%.*s'", STR_ARG(name));
	return 0;
}

const char *settings_name(enum setting_index i)
{
	return table[i].name;
}

bool settings_is_skipped(enum setting_index i)
{
	return table[i].kind == KIND_SKIPPED || table[i].kind == KIND_SKIPPED_FLAG;
}

void settings_tell_unmet(struct settings *s)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (s->unmet[i] && !s->unmet_told[i])
			report_msg(s->report, REPORT_WARN, "setting '%s' does nothing in kiln",
				   table[i].name);
		s->unmet_told[i] |= s->unmet[i];
	}
}
