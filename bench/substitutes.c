/* SPDX-License-Identifier: MIT
 *
 * substitutes COUNT DELAY_MS BUILD_MS: COUNT paths from a folder cache that waits DELAY_MS before
 * each, and as many builds of BUILD_MS, each over one of them. Prints wall milliseconds: of the
 * substitutions alone, of the builds alone, of both in one run. */
#include "../tests/unit/job_fixture.h"

#include "../tests/unit/folder_cache.h"
#include "base/environ.h"

static struct folder_cache cache = {.substituter = {&folder_ops}};
static unsigned build_ms;

static errint work(const struct builtin_ctx *ctx, struct err *e)
{
	char *path CLEANUP_FREE = str_dupz(ctx->drv->outputs[0].path);

	if (str_find(ctx->drv->name, S("near")) >= 0)
		usleep(build_ms * 1000);
	return file_write(AT_FDCWD, path, ctx->drv->name, 0644, 0, e);
}
static const struct builtin_builder builtins[] = {{"builtin:work-1", work}};

static struct str work_drv(const char *what, unsigned i, const struct str *input)
{
	return make_drv((struct maker){
		.name = arena_printf(&a, "%s%u", what, i),
		.builder = "builtin:work-1",
		.inputs = input,
		.n_inputs = input != NULL,
	});
}

static void fresh_store(void)
{
	store_close(store);
	remove_tree_quietly(AT_FDCWD, root);
	if (mkdir(root, 0755))
		exit(1);
	fixture_open();
}

/* Milliseconds until they are valid. */
static uint64_t run(const struct str *paths, size_t n, bool substitutes)
{
	struct build_wanted *w CLEANUP_FREE = xcalloc(n, sizeof(*w));
	struct build_options o = {
		.builtins = builtins,
		.n_builtins = 1,
		.substituter = substitutes ? &cache.substituter : NULL,
	};
	uint64_t start = clock_ms();

	for (size_t i = 0; i < n; i++)
		w[i].path = paths[i];
	IS_OK(build_paths(store, w, n, &o, NULL, &err), err, "build");
	return clock_ms() - start;
}

/* Where each path is planned anew: from what the store knows nothing yet. */
static void make_drvs(struct str *far, struct str *near, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		far[i] = work_drv("far", i, NULL);
		near[i] = work_drv("near", i, &far[i]);
	}
}

static void measure(unsigned n, unsigned delay)
{
	struct str *far = ARENA_ARRAY(&a, struct str, n), *near = ARENA_ARRAY(&a, struct str, n);
	uint64_t builds, took[2];

	make_drvs(far, near, n);
	run(far, n, false);
	for (unsigned i = 0; i < n; i++)
		IS_OK(folder_cache_add(&cache, store, output_of(far[i]), &err), err, "cache");
	builds = run(near, n, false);
	cache.delay_ms = delay;
	for (int both = 0; both < 2; both++) {
		fresh_store();
		make_drvs(far, near, n);
		took[both] = run(both ? near : far, n, true);
	}
	fprintf(stderr, "%llu %llu %llu\n", (unsigned long long)took[0], (unsigned long long)builds,
		(unsigned long long)took[1]);
}

int main(int argc, char **argv)
{
	int64_t given[] = {100, 100, 60};
	char *dir CLEANUP_FREE = NULL;

	for (int i = 1; argc == 4 && i < argc; i++) {
		if (!str_to_i64(str_c(argv[i]), &given[i - 1]) || given[i - 1] < 1)
			return 2;
	}
	if (!freopen("/dev/null", "w", stdout))
		return 1;
	build_ms = (unsigned)given[2];
	fixture_start();
	IS_OK(temp_dir(temp_dir_root(), "kiln-bench-cache-", &dir, &err), err, "cache folder");
	cache.dir = dir;
	measure((unsigned)given[0], (unsigned)given[1]);
	remove_tree_quietly(AT_FDCWD, dir);
	fixture_end();
	return tap_failed != 0;
}
