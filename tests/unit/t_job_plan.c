/* SPDX-License-Identifier: MIT
 *
 * Plans as data: which derivations would be built and what would be brought from elsewhere, and
 * what a sandbox will hold. The store is a scratch folder; nothing is built. */
#include "job_fixture.h"

#include "sandbox/sandbox.h"

static struct str add_drv(const char *name, const char *platform, const char *builder,
			  const struct str *inputs, size_t n_inputs)
{
	return make_drv((struct maker){
		.name = name,
		.platform = platform,
		.builder = builder,
		.inputs = inputs,
		.n_inputs = n_inputs,
	});
}

static void make_valid(struct str path)
{
	char *real CLEANUP_FREE = store_real_path(store, path);
	struct path_info info = {.path = path};

	IS_OK(file_write(AT_FDCWD, real, S("x"), 0444, 0, &err), err, "output");
	IS_OK(store_canonicalise(real, &err), err, "canonical");
	IS_OK(nar_hash(AT_FDCWD, real, &info.nar_hash, &info.nar_size, &err), err, "hash");
	IS_OK(store_register(store, &info, 1, &err), err, "register");
}

static struct build_plan plan_of(struct str drv_path, const struct build_options *o)
{
	struct build_wanted w = {.path = drv_path};
	struct build_plan p = {0};

	IS_OK(build_plan(store, &a, &w, 1, o, &p, &err), err, "plan");
	return p;
}

static size_t place_of(const struct build_plan *p, struct str path)
{
	for (size_t i = 0; i < p->n_build; i++) {
		if (str_eq(p->build[i], path))
			return i;
	}
	return p->n_build;
}

static void test_graph(void)
{
	struct build_options o = {.system = "x86_64-linux"};
	struct str low = add_drv("low", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str left = add_drv("left", "x86_64-linux", "/bin/sh", &low, 1);
	struct str right = add_drv("right", "x86_64-linux", "/bin/sh", &low, 1);
	struct str both[] = {left, right};
	struct str top = add_drv("top", "x86_64-linux", "/bin/sh", both, 2);
	struct build_plan p = plan_of(top, &o);

	IS_INT(p.n_build, 4, "everything is to be built");
	IS_INT(place_of(&p, low), 0, "what all need comes first");
	IS_INT(place_of(&p, top), 3, "what is wanted comes last");
	make_valid(output_of(left));
	p = plan_of(top, &o);
	IS_INT(p.n_build, 3, "a valid input is not built");
	make_valid(output_of(right));
	p = plan_of(top, &o);
	OK(p.n_build == 1 && place_of(&p, top) == 0, "nor what only valid outputs needed");
	make_valid(output_of(top));
	IS_INT(plan_of(top, &o).n_build, 0, "nothing is left to do");
	o.check = true;
	p = plan_of(top, &o);
	OK(p.n_build == 1 && place_of(&p, top) == 0, "check builds what is wanted again");

	struct build_wanted w = {.path = low, .outputs = (struct str[]){S("doc")}, .n_outputs = 1};
	IS_ERR(build_plan(store, &a, &w, 1, &o, &p, &err), err, ERR_NOT_FOUND, "no such output");
	w = (struct build_wanted){.path = output_of(low)};
	IS_ERR(build_plan(store, &a, &w, 1, &o, &p, &err), err, ERR_NOT_FOUND,
	       "a path that nobody can make");
}

static void test_refusals(void)
{
	struct build_options o = {.system = "x86_64-linux"};
	struct build_wanted w = {.path = add_drv("arm", "aarch64-linux", "/bin/sh", NULL, 0)};
	struct build_plan p;

	IS_ERR(build_plan(store, &a, &w, 1, &o, &p, &err), err, ERR_UNSUPPORTED, "another system");
	w.path = add_drv("unknown", "builtin", "builtin:unknown-1", NULL, 0);
	IS_ERR(build_plan(store, &a, &w, 1, &o, &p, &err), err, ERR_UNSUPPORTED,
	       "an unknown built-in builder");
}

/* The sandbox's shell is built before what needs it, and itself needs none. */
static errint shell(void *ctx, struct store *s, struct arena *arena, struct sandbox_shell *out,
		    struct err *e)
{
	(void)s, (void)arena, (void)e;
	*out = *(struct sandbox_shell *)ctx;
	return 0;
}

static void test_shell(void)
{
	static const struct builtin_builder row = {.name = "builtin:shell-1"};
	struct str drv = add_drv("shell", "builtin", "builtin:shell-1", NULL, 0);
	struct str user = add_drv("user", "x86_64-linux", "/bin/sh", NULL, 0);
	struct sandbox_shell sh = {.drv = drv, .path = output_of(drv), .file = S("bin/sh")};
	struct build_options o = {
		.system = "x86_64-linux",
		.builtins = &row,
		.n_builtins = 1,
		.sandbox_shell = shell,
		.sandbox_shell_ctx = &sh,
	};
	struct build_plan p = plan_of(user, &o);

	OK(p.n_build == 2 && place_of(&p, drv) == 0, "the shell comes first");
	IS_INT(plan_of(drv, &o).n_build, 1, "a built-in builder needs no shell");
}

/* Has every path whose name contains "cached". */
static errint query(struct substituter *self, struct arena *arena, const struct str *paths,
		    size_t n, struct substitute *out, struct err *e)
{
	(void)self, (void)arena, (void)e;
	for (size_t i = 0; i < n; i++) {
		if (str_find(paths[i], S("cached")) < 0)
			continue;
		out[i].info.path = paths[i];
		out[i].info.nar_size = 2 << 20;
		out[i].download = 1 << 20;
	}
	return 0;
}

static void test_substitutes(void)
{
	static const struct substituter_ops ops = {.query = query};
	struct substituter from = {&ops};
	struct build_options o = {.system = "x86_64-linux", .substituter = &from};
	struct str low = add_drv("lower", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str mid = add_drv("cached", "x86_64-linux", "/bin/sh", &low, 1);
	struct str top = add_drv("upper", "x86_64-linux", "/bin/sh", &mid, 1);
	struct build_plan p = plan_of(top, &o);
	BUF(text, 4096);

	OK(p.n_build == 1 && p.n_fetch == 1, "what a cache has is not built, nor what that needs");
	build_plan_print(&p, &text);
	BUF(want, 4096);
	buf_printf(&want,
		   "this derivation will be built:\n  %.*s\n"
		   "this path will be fetched (1.00 MiB download, 2.00 MiB unpacked):\n  %.*s\n",
		   STR_ARG(top), STR_ARG(output_of(mid)));
	IS_STR(buf_str(&text), buf_str(&want), "as nix-store tells it");
}

static void test_sandbox_plan(void)
{
	struct sandbox_spec s CLEANUP(sandbox_spec_release) = {.arena = &a, .isolated = true};
	BUF(text, 1 << 16);

	sandbox_plan_base(&s, "/real/build", "/real/tmp");
	sandbox_step(&s, STEP_BIND, STEP_RO, 0, "/nix/store/x", "/real/x");
	sandbox_plan_print(&s, &text);
	struct str got = buf_str(&text);
	OK(str_find(got, S("bind /build <- /real/build\n")) >= 0, "the build folder is writable");
	OK(str_find(got, S("bind ro /nix/store/x <- /real/x\n")) >= 0, "an input is not");
	OK(str_find(got, S("resolv.conf")) < 0, "no name server without a network");
	buf_clear(&text);
	s.n_steps = 0;
	s.network = true;
	sandbox_plan_base(&s, "/real/build", "/real/tmp");
	sandbox_plan_print(&s, &text);
	OK(str_find(buf_str(&text), S("bind ro optional /etc/resolv.conf")) >= 0,
	   "but one with a network");
}

int main(void)
{
	fixture_start();
	test_graph();
	test_refusals();
	test_shell();
	test_substitutes();
	test_sandbox_plan();
	fixture_end();
	return tap_done();
}
