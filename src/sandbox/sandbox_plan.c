/* SPDX-License-Identifier: MIT
 *
 * The plan of a sandbox: a list of steps, made without touching anything. What every build sees
 * apart from its store paths is written here once. */
#include "sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>

void sandbox_spec_release(struct sandbox_spec *s)
{
	free(s->steps);
	s->steps = NULL;
	s->n_steps = s->cap_steps = 0;
}

void sandbox_step(struct sandbox_spec *s, enum sandbox_step_kind kind, unsigned flags, mode_t mode,
		  const char *to, const char *from)
{
	ARRAY_GROW(s->steps, s->n_steps, s->cap_steps);
	s->steps[s->n_steps++] = (struct sandbox_step){
		.kind = kind,
		.flags = flags,
		.mode = mode,
		.to = arena_strz(s->arena, str_c(to)),
		.from = from ? arena_strz(s->arena, str_c(from)) : NULL,
	};
}

static void plan_dev(struct sandbox_spec *s)
{
	static const char *const nodes[] = {"full", "null", "random", "tty", "urandom", "zero"};
	static const struct {
		const char *to, *target;
	} links[] = {
		{"/dev/fd", "/proc/self/fd"},       {"/dev/stdin", "/proc/self/fd/0"},
		{"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
		{"/dev/ptmx", "/dev/pts/ptmx"},
	};

	sandbox_step(s, STEP_DIR, 0, 0755, "/dev", NULL);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/%s", nodes[i]);
		sandbox_step(s, STEP_BIND, 0, 0, path, path);
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		sandbox_step(s, STEP_LINK, 0, 0, links[i].to, links[i].target);
	sandbox_step(s, STEP_TMPFS, 0, 01777, "/dev/shm", "mode=1777,size=50%");
	sandbox_step(s, STEP_DEVPTS, 0, 0755, "/dev/pts", NULL);
}

static void plan_proc(struct sandbox_spec *s)
{
	struct sandbox_ids ids = sandbox_ids();

	sandbox_step(s, STEP_PROC, 0, 0555, "/proc", NULL);
	/* Many sysctls ask for no capability, only for being the host's root. */
	if (ids.privileged && ids.uid == 0)
		sandbox_step(s, STEP_BIND, STEP_RO, 0, "/proc/sys", "/proc/sys");
}

static void plan_etc(struct sandbox_spec *s)
{
	static const char passwd[] = "root:x:0:0:Nix build user:/build:/noshell\n"
				     "nixbld:x:1000:100:Nix build user:/build:/noshell\n"
				     "nobody:x:65534:65534:Nobody:/:/noshell\n";
	static const char group[] = "root:x:0:\n"
				    "nixbld:!:100:\n"
				    "nogroup:x:65534:\n";

	_Static_assert(SANDBOX_UID == 1000 && SANDBOX_GID == 100, "the tables above say so");
	sandbox_step(s, STEP_DIR, 0, 0755, "/etc", NULL);
	sandbox_step(s, STEP_FILE, 0, 0444, "/etc/passwd", passwd);
	sandbox_step(s, STEP_FILE, 0, 0444, "/etc/group", group);
	if (!s->network) {
		sandbox_step(s, STEP_FILE, 0, 0444, "/etc/hosts",
			     "127.0.0.1 localhost\n::1 localhost\n");
		return;
	}
	sandbox_step(s, STEP_FILE, 0, 0444, "/etc/nsswitch.conf",
		     "hosts: files dns\nservices: files\n");
	static const char *const names[] = {"/etc/resolv.conf", "/etc/services", "/etc/hosts",
					    "/etc/ssl/certs/ca-certificates.crt"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		sandbox_step(s, STEP_BIND, STEP_RO | STEP_OPTIONAL, 0, names[i], names[i]);
}

void sandbox_plan_base(struct sandbox_spec *s, const char *build_dir, const char *tmp_dir)
{
	plan_dev(s);
	plan_proc(s);
	plan_etc(s);
	sandbox_step(s, STEP_BIND, 0, 0, "/tmp", tmp_dir);
	sandbox_step(s, STEP_BIND, 0, 0, s->build_at ? s->build_at : SANDBOX_BUILD_DIR, build_dir);
}

void sandbox_plan_print(const struct sandbox_spec *s, struct buf *out)
{
	static const char *const words[] = {
#define X(kind, word, from) [STEP_##kind] = word,
		SANDBOX_STEPS(X)
#undef X
	};

	for (size_t i = 0; i < s->n_steps; i++) {
		const struct sandbox_step *p = &s->steps[i];

		buf_printf(out, "%s%s%s%s %s", words[p->kind], p->flags & STEP_RO ? " ro" : "",
			   p->flags & STEP_OPTIONAL ? " optional" : "",
			   p->flags & STEP_RECURSIVE ? " recursive" : "", p->to);
		if (p->kind == STEP_FILE)
			buf_printf(out, " (%zu bytes)", strlen(p->from));
		else if (p->from)
			buf_printf(out, " <- %s", p->from);
		buf_putc(out, '\n');
	}
}
