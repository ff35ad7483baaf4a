/* SPDX-License-Identifier: MIT
 *
 * The ladder of a loop, and what fetching jobs read of their derivations. */
#include "job/job_fetch.h"

#include <stdlib.h>

#include "base/environ.h"
#include "base/file.h"
#include "source/ascent.h"
#include "source/ladder.h"

struct intake {
	struct ladder *ladder, *own; /* own: when the caller gave none */
};

struct ladder *job_ladder(struct job_loop *l)
{
	if (l->intake)
		return l->intake->ladder;
	struct intake *s = l->intake = xcalloc(1, sizeof(*s));

	s->ladder = l->o->ladder;
	if (!s->ladder)
		s->ladder = s->own = ladder_new(NULL, l->store, l->report);
	return s->ladder;
}

void intake_free(struct intake *s)
{
	if (s)
		ladder_free(s->own);
	free(s);
}

void intake_watch(const struct intake *s, struct watch_wish *wish)
{
	if (!ladder_pending(s->ladder))
		return;
	int ms = ladder_timeout(s->ladder);

	wish->fds[0] = ladder_fd(s->ladder);
	if (ms >= 0)
		wish->due = clock_ms() + (uint64_t)ms;
}

errint intake_event(struct intake *s, struct err *err)
{
	errint rc = ladder_step(s->ladder, 0, NULL, 0, err);
	struct ascent *a;

	while (!rc && (a = ladder_next(s->ladder)))
		job_wake(ascent_ctx(a));
	return rc;
}

errint job_urls(struct job *j, const char *many_key, const char *one_key, const char ***out,
		size_t *n, struct err *err)
{
	struct words many;
	struct str one = {0};
	errint rc = build_attrs_words(&j->attrs, many_key, &many, err);

	if (!rc && one_key)
		rc = build_attrs_string(&j->attrs, one_key, &one, err);
	if (rc)
		return rc;
	const char **v = ARENA_ARRAY(&j->arena, const char *, many.n + 2);
	size_t count = 0;
	for (size_t i = 0; i < many.n; i++)
		v[count++] = arena_strz(&j->arena, many.v[i]);
	if (one.n && !words_have(&many, one))
		v[count++] = arena_strz(&j->arena, one);
	if (!count)
		return err_set(err, ERR_EVAL, "'%.*s' has no url to fetch", STR_ARG(j->goal->path));
	*out = v;
	*n = count;
	return 0;
}

static bool is_header(struct str line)
{
	struct str name, value;

	if (!str_cut(line, ':', &name, &value) || !name.n)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c < ' ' || c == 0x7f || (i < name.n && c == ' '))
			return false;
	}
	return true;
}

errint job_headers(struct job *j, const char *const **out, struct err *err)
{
	struct str text = {0}, rest, line;
	size_t n = 0;
	errint rc = build_attrs_string(&j->attrs, "headers", &text, err);

	*out = NULL;
	if (rc || !text.n)
		return rc;
	for (rest = text; str_split(&rest, '\n', &line);)
		n++;
	const char **v = ARENA_ARRAY(&j->arena, const char *, n + 1);
	for (n = 0, rest = text; str_split(&rest, '\n', &line);) {
		/* Its value may be a secret. */
		if (line.n && !is_header(line))
			return err_set(err, ERR_EVAL,
				       "'%.*s' has a line in 'headers' that is not 'Name: value'",
				       STR_ARG(j->goal->path));
		if (line.n)
			v[n++] = arena_strz(&j->arena, line);
	}
	*out = v;
	return 0;
}

errint job_partial(struct job *j, char **out, struct err *err)
{
	const char *state = store_config(j->store)->state_dir;
	char *dir CLEANUP_FREE =
		store_real_path(j->store, str_c(arena_printf(&j->arena, "%s/kiln/partial", state)));
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);

	if (!rc)
		*out = path_join(str_c(dir), store_path_base(j->goal->drv.outputs[0].path));
	return rc;
}
