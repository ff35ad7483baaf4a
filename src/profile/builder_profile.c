/* SPDX-License-Identifier: MIT
 *
 * The frame of the built-in: packages, then their folders, then the slots that they ask for. */
#include "profile/profile_int.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "store/derivation.h"
#include "store/store.h"

static void profile_release(struct profile *p)
{
	if (p->out_fd >= 0)
		close(p->out_fd);
	free(p->v);
	free(p->pythons);
	path_map_release(&p->by_path);
	arena_release(&p->a);
}

static errint add_slots(struct profile *p, const struct profile_part *k, struct str_set *slots,
			size_t *cap, struct err *err)
{
	char *file CLEANUP_FREE = xasprintf("%.*s/nix-support/kiln-slots", STR_ARG(k->path));
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, line;
	ERR(none);

	if (access(file, F_OK))
		return 0;
	if (file_read(AT_FDCWD, file, &text, &none))
		return err_move(err, &none);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!line.n)
			continue;
		ARRAY_GROW(slots->v, slots->n, *cap);
		slots->v[slots->n++] = arena_str(&p->a, line);
	}
	return 0;
}

/* As of an environment of Python's: who starts a program knows what is to be filled. */
static errint write_slots(struct profile *p, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const struct str *asked = drv_env_find(p->ctx->drv, S("slots"));
	struct str rest = asked ? *asked : S(""), word;
	struct str_set slots = {0};
	size_t cap = 0;
	errint rc = 0;

	for (size_t i = 0; !rc && i < p->n; i++)
		rc = add_slots(p, p->v[i], &slots, &cap, err);
	while (asked && str_split(&rest, ' ', &word)) {
		if (!word.n)
			continue;
		ARRAY_GROW(slots.v, slots.n, cap);
		slots.v[slots.n++] = word;
	}
	str_set_sort(&slots);
	for (size_t i = 0; i < slots.n; i++)
		buf_printf(&text, "%.*s\n", STR_ARG(slots.v[i]));
	free(slots.v);
	if (!rc)
		rc = buf_check(&text, "list of slots", err);
	if (rc || !text.n)
		return rc;
	rc = mkdir_p(p->out_fd, "nix-support", 0755, err);
	return rc ? rc
		  : file_write(p->out_fd, "nix-support/kiln-slots", buf_str(&text), 0644, 0, err);
}

static errint run(const struct builtin_ctx *ctx, struct err *err)
{
	const struct drv_output *out = drv_output_find(ctx->drv, S("out"));
	struct profile p CLEANUP(profile_release) = {.ctx = ctx, .out_fd = -1};

	if (!out || ctx->drv->n_outputs != 1)
		return err_set(err, ERR_BUILD,
			       "builtin:kiln-profile-1 makes exactly one output, named 'out'");
	char *to CLEANUP_FREE = str_dupz(out->path);
	p.out = out->path;
	errint rc = mkdir_p(AT_FDCWD, to, 0755, err);

	if (!rc)
		rc = open_dir(AT_FDCWD, to, &p.out_fd, err);
	if (!rc)
		rc = profile_packages(&p, err);
	if (!rc)
		rc = profile_distributions(&p, err);
	if (!rc)
		rc = profile_merge(&p, err);
	return rc ? rc : write_slots(&p, err);
}

const struct builtin_builder builder_profile_1 = {"builtin:kiln-profile-1", run};
