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

int main(int argc, char **argv)
{
	unsigned n = argc == 4 ? (unsigned)atoi(argv[1]) : 100;
	unsigned delay = argc == 4 ? (unsigned)atoi(argv[2]) : 150;
	struct str *far = ARENA_ARRAY(&a, struct str, n), *near = ARENA_ARRAY(&a, struct str, n);
	char *dir CLEANUP_FREE = NULL;

	if (!freopen("/dev/null", "w", stdout))
		return 1;
	build_ms = argc == 4 ? (unsigned)atoi(argv[3]) : 20;
	fixture_start();
	IS_OK(temp_dir(temp_dir_root(), "kiln-bench-cache-", &dir, &err), err, "cache folder");
	cache.dir = dir;
	for (unsigned i = 0; i < n; i++) {
		far[i] = work_drv("far", i, NULL);
		near[i] = work_drv("near", i, &far[i]);
	}
	run(far, n, false);
	for (unsigned i = 0; i < n; i++)
		IS_OK(folder_cache_add(&cache, store, output_of(far[i]), &err), err, "cache");
	uint64_t builds = run(near, n, false);
	cache.delay_ms = delay;
	uint64_t took[2] = {0};
	for (int both = 0; both < 2; both++) {
		fresh_store();
		for (unsigned i = 0; i < n; i++) {
			far[i] = work_drv("far", i, NULL);
			near[i] = work_drv("near", i, &far[i]);
		}
		took[both] = run(both ? near : far, n, true);
	}
	remove_tree_quietly(AT_FDCWD, dir);
	fixture_end();
	fprintf(stderr, "%llu %llu %llu\n", (unsigned long long)took[0], (unsigned long long)builds,
		(unsigned long long)took[1]);
	return tap_failed != 0;
}
