/* SPDX-License-Identifier: MIT
 *
 * A session's life. */
#include "project/session.h"

#include <stdlib.h>
#include "deb/builder_deb.h"
#include "job/builder_unpack.h"
#include "project/data_dir.h"
#include "project/project.h"
#include "profile/profile.h"
#include "py/builder_wheel.h"
#include "base/file.h"
#include "cache/caches.h"
#include "source/ladder.h"
#include "store/store.h"

/* Import-from-derivation is a build like any other. */
static errint realise(struct realiser *self, struct str drv_path, const struct str *outputs,
		      size_t n, struct err *err)
{
	struct session_realiser *r = (struct session_realiser *)self;
	struct build_wanted w = {.path = drv_path, .outputs = outputs, .n_outputs = n};
	struct build_options o = {0};

	return project_realise_here(r->session, &w, 1, &o, err);
}

static void offer(struct session *s, struct builtin_builder b)
{
	BUG_ON(s->n_builtins == ARRAY_LEN(s->builtins));
	s->builtins[s->n_builtins++] = b;
}

void session_init(struct session *s, struct store *store, struct settings *settings,
		  struct report *report)
{
	*s = (struct session){.store = store, .settings = settings, .report = report};
	s->machine = store_open_machine(store_config(store), report);
	s->realiser = (struct session_realiser){{realise}, s};
	offer(s, builder_wheel_1);
	offer(s, builder_deb_1);
	offer(s, builder_unpack_1);
	offer(s, builder_profile_1);
}

void session_release(struct session *s)
{
	ladder_free(s->ladder);
	caches_free(s->caches);
	store_close(s->machine);
	free(s->data_dir);
	arena_release(&s->a);
	*s = (struct session){0};
}

struct ladder *session_ladder(struct session *s)
{
	const struct settings *o = s->settings;
	struct ladder_config config = {
		.ttl_given = o->given[SETTING_INDEX_tarball_ttl],
		.ttl = o->tarball_ttl,
		.tokens = o->access_tokens.v,
		.registry = o->flake_registry,
		.offline = o->offline,
	};

	if (!s->ladder)
		s->ladder = ladder_new(&config, s->store, s->report);
	return s->ladder;
}

void session_add_project(struct session *s, const char *dir)
{
	char *sources CLEANUP_FREE = path_join(str_c(dir), S(".flox/sources"));
	char *whole CLEANUP_FREE = NULL;
	ERR(ignored);

	/* A folder that has no absolute name has no file: URL. */
	if (!path_absolute(str_c(sources), &whole, &ignored))
		ladder_add_folder(session_ladder(s), whole);
}

errint session_use_data_dir(struct session *s, const char *dir, struct err *err)
{
	free(STEAL(s->data_dir));
	if (setenv("KILN_DATA_DIR", dir, 1))
		return err_sys(err, "setting KILN_DATA_DIR");
	return data_dir_find(&s->data_dir, err);
}

errint session_data_dir(struct session *s, const char **out, struct err *err)
{
	errint rc = s->data_dir ? 0 : data_dir_find(&s->data_dir, err);

	if (rc)
		return rc;
	*out = s->data_dir;
	return 0;
}
