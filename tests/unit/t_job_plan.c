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
		.sandbox_shell = &sh,
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

static struct plan make_plan(struct str path, struct substituter *from)
{
	struct plan_options o = {.system = "x86_64-linux", .substituter = from};
	struct build_wanted w = {.path = path};
	struct plan p = {0};

	IS_OK(plan_make(store, &a, &o, &w, 1, &p, &err), err, "plan of goals");
	IS_OK(plan_finish(&p, NULL, &err), err, "in order");
	return p;
}

static struct goal *goal_of(const struct plan *p, struct str path)
{
	struct goal *goal = path_map_get(&p->by_path, path);

	OK(goal != NULL, "there is a goal for '%.*s'", STR_ARG(path));
	return goal;
}

/* Goals know what they wait for, and how long the way up is. */
static void test_goals(void)
{
	struct str low = add_drv("g-low", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str mid = add_drv("g-mid", "x86_64-linux", "/bin/sh", &low, 1);
	struct str both[] = {low, mid};
	struct str top = add_drv("g-top", "x86_64-linux", "/bin/sh", both, 2);
	struct plan p CLEANUP(plan_release) = make_plan(top, NULL);

	IS_INT(p.n_goals, 3, "a goal a derivation");
	IS_INT(p.n_changed, 3, "all of them new");
	OK(goal_of(&p, low)->waits == 0 && goal_of(&p, mid)->waits == 1 &&
		   goal_of(&p, top)->waits == 2,
	   "each waits for its inputs");
	OK(goal_of(&p, low)->height == 2 && goal_of(&p, mid)->height == 1 &&
		   goal_of(&p, top)->height == 0,
	   "and knows the longest way up");
}

/* A lost substitution extends the plan for its derivation, and for nothing else. */
static void test_extension(void)
{
	static const struct substituter_ops ops = {.query = query};
	struct substituter from = {&ops};
	struct str low = add_drv("x-low", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str one = add_drv("x-cached-1", "x86_64-linux", "/bin/sh", &low, 1);
	struct str two = add_drv("x-cached-2", "x86_64-linux", "/bin/sh", &low, 1);
	struct str both[] = {one, two};
	struct str top = add_drv("x-top", "x86_64-linux", "/bin/sh", both, 2);
	struct plan p CLEANUP(plan_release) = make_plan(top, &from);
	struct goal *lost = goal_of(&p, one);

	IS_INT(p.n_goals, 5, "top, two that are gathered, two to substitute");
	OK(lost->kind == GOAL_GATHER && lost->n_deps == 1 && lost->deps[0]->kind == GOAL_SUBSTITUTE,
	   "one waits for its output");
	lost->deps[0]->state = GOAL_FAILED;
	IS_OK(plan_extend(&p, lost, &err), err, "it cannot be had");
	OK(lost->kind == GOAL_PROGRAM && lost->state == GOAL_WAITING && lost->waits == 1,
	   "it is built, after its input");
	IS_INT(p.n_goals, 6, "which is new in the plan");
	IS_INT(p.n_changed, 2, "and these two have changed");
	OK(goal_of(&p, low)->height == lost->height + 1, "behind it on the way up");
	OK(goal_of(&p, two)->kind == GOAL_GATHER, "the other is substituted as before");
}

/* As long as everything is substituted nobody builds a shell; what is built after all waits for it.
 */
static void test_late_shell(void)
{
	static const struct substituter_ops ops = {.query = query};
	struct substituter from = {&ops};
	struct str drv = add_drv("late-shell", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str top = add_drv("late-cached", "x86_64-linux", "/bin/sh", NULL, 0);
	struct sandbox_shell sh = {.drv = drv, .path = output_of(drv), .file = S("bin/sh")};
	struct plan_options o = {.system = "x86_64-linux", .substituter = &from};
	struct build_wanted w = {.path = top};
	struct plan p CLEANUP(plan_release) = {0};

	IS_OK(plan_make(store, &a, &o, &w, 1, &p, &err), err, "all is substituted");
	OK(plan_runs_programs(&p), "which may fail");
	IS_OK(plan_finish(&p, &sh, &err), err, "so there is a shell");
	IS_INT(p.n_goals, 2, "that is not made");
	struct goal *lost = goal_of(&p, top);
	lost->deps[0]->state = GOAL_FAILED;
	IS_OK(plan_extend(&p, lost, &err), err, "it is built after all");
	OK(lost->n_deps == 1 && lost->deps[0] == goal_of(&p, drv), "behind the shell");
	IS_INT(lost->waits, 1, "for which it waits");
}

/* Has the outputs of `ring`, which refer to each other, and those of `half` but for one. */
struct odd_cache {
	struct substituter substituter;
	struct str ring[2], half, absent;
};

static errint odd_query(struct substituter *self, struct arena *arena, const struct str *paths,
			size_t n, struct substitute *out, struct err *e)
{
	struct odd_cache *c = (struct odd_cache *)self;

	(void)arena, (void)e;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < 2; k++) {
			if (!str_eq(paths[i], c->ring[k]))
				continue;
			out[i].info.path = paths[i];
			out[i].info.refs = &c->ring[1 - k];
			out[i].info.n_refs = 1;
		}
		if (str_eq(paths[i], c->half)) {
			out[i].info.path = paths[i];
			out[i].info.refs = &c->absent;
			out[i].info.n_refs = 1;
		}
	}
	return 0;
}

static void test_odd_caches(void)
{
	static const struct substituter_ops ops = {.query = odd_query};
	struct str ring = add_drv("ring-one", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str other = add_drv("ring-two", "x86_64-linux", "/bin/sh", NULL, 0);
	struct str half = add_drv("half", "x86_64-linux", "/bin/sh", NULL, 0);
	struct odd_cache c = {
		.substituter = {&ops},
		.ring = {output_of(ring), output_of(other)},
		.half = output_of(half),
		.absent = S("/nix/store/00000000000000000000000000000000-absent"),
	};
	struct build_options o = {.system = "x86_64-linux", .substituter = &c.substituter};
	struct build_wanted w = {.path = ring};
	struct build_plan none;

	IS_ERR(build_plan(store, &a, &w, 1, &o, &none, &err), err, ERR_CORRUPT,
	       "references in a circle");
	struct plan p CLEANUP(plan_release) = make_plan(half, &c.substituter);
	IS_INT(p.n_goals, 1, "what lacks a reference is not substituted");
	OK(goal_of(&p, half)->kind == GOAL_PROGRAM, "but built");
	IS_INT(goal_of(&p, c.half)->kind, GOAL_ABSENT, "and the cache is not asked again");
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
	test_goals();
	test_extension();
	test_late_shell();
	test_odd_caches();
	test_sandbox_plan();
	fixture_end();
	return tap_done();
}
