/* SPDX-License-Identifier: MIT
 *
 * The settings of nix.conf. The same table (settings.def) is read by configuration files, the
 * environment's NIX_CONFIG, and by whoever makes flags of it; whoever needs a setting reads its
 * field. */
#pragma once

#include "base/arena.h"
#include "eval/eval.h"
#include "job/build.h"

struct report;

struct setting_words {
	const char **v; /* ends with NULL; NULL when empty */
	size_t n;
};

/* Of experimental features, those that change something here. */
struct setting_features {
	bool pipe_operators, parse_toml_timestamps;
};

enum setting_index {
#define X(id, kind, name, aliases) SETTING_INDEX_##id,
#include "project/settings.def"
#undef X
	SETTING_COUNT
};

struct settings {
#define SETTING_FIELD_FLAG(id)     bool id;
#define SETTING_FIELD_NUMBER(id)   unsigned id;
#define SETTING_FIELD_JOBS(id)     unsigned id;
#define SETTING_FIELD_TEXT(id)     const char *id; /* or NULL */
#define SETTING_FIELD_WORDS(id)    struct setting_words id;
#define SETTING_FIELD_LINT(id)     enum eval_lint id;
#define SETTING_FIELD_SANDBOX(id)  enum sandbox_mode id;
#define SETTING_FIELD_FEATURES(id) struct setting_features id;
#define SETTING_FIELD_SKIPPED(id)
#define SETTING_FIELD_SKIPPED_FLAG(id)
#define SETTING_FIELD_UNMET(id)
#define SETTING_FIELD_UNMET_FLAG(id)
#define SETTING_FIELD_UNMET_OFF(id)
#define X(id, kind, name, aliases) SETTING_FIELD_##kind(id)
#include "project/settings.def"
#undef X
	bool given[SETTING_COUNT];
	bool unmet[SETTING_COUNT];      /* asked for, and nothing here does it */
	bool unmet_told[SETTING_COUNT]; /* and that was told */
	/* Who asks can be told: what was given last, as it was written, and where. */
	const char *text[SETTING_COUNT], *from[SETTING_COUNT];
	const char *source;    /* what is being read now; NULL: the command line */
	struct report *report; /* for warnings, borrowed */
	struct arena a;
};

/* Nix's defaults. */
struct settings *settings_new(struct report *r);
void settings_free(struct settings *s);
void settings_cleanup(struct settings **s);

/* Reads $NIX_CONF_DIR/nix.conf, the user's nix.conf files, NIX_CONFIG and NIX_PATH. A file that is
 * absent is fine. */
ATTR_MUST_CHECK errint settings_load(struct settings *s, struct err *err);
/* One text in nix.conf's syntax; file is for messages and `include`. */
ATTR_MUST_CHECK errint settings_parse(struct settings *s, struct str text, const char *file,
				      struct err *err);
/* Sets one by name. An unknown one is a warning, a value that does not fit is ERR_USAGE, and called
 * by the setting's own name, behind that which was given. */
ATTR_MUST_CHECK errint settings_set(struct settings *s, struct str name, struct str value,
				    struct err *err);
/* Appends a word. */
void settings_add_word(struct settings *s, struct setting_words *w, struct str word);

/* The setting of a name or alias ("max-jobs", "build-max-jobs"); with "extra-" in front, where
 * words can be appended, *extra is set. */
bool settings_find(struct str name, enum setting_index *out, bool *extra);
/* What a value must be, for people: "a number"; NULL where any text goes. */
const char *settings_takes(struct str name);
/* Sets what settings_find() found. ERR_USAGE. */
ATTR_MUST_CHECK errint settings_set_found(struct settings *s, enum setting_index i,
					  struct str value, bool extra, struct err *err);

/* Warns of each setting that asks for what is not done here, once. */
void settings_tell_unmet(struct settings *s);

/* The name by which nix.conf has it. */
const char *settings_name(enum setting_index i);
/* Is it one that changes nothing here, whatever its value? */
bool settings_is_skipped(enum setting_index i);

/* What evaluators and builders are told; the rest of out is left alone. */
void settings_for_eval(const struct settings *s, struct eval_options *out);
void settings_for_build(const struct settings *s, struct build_options *out);
