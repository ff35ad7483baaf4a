/* SPDX-License-Identifier: MIT
 *
 * Installs a wheel for wheels.sh: `wheels_driver whole|steps WHEEL OUT PYTHON`. `whole` is what the
 * derivation of a fetched wheel does, `steps` what a recipe's own build asks for. The NAR hash goes
 * to standard output, the log and errors to standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "py/builder_wheel.h"
#include "py/wheel.h"
#include "store/derivation.h"
#include "store/nar.h"

static errint run(char **argv, const char *step, struct err *err)
{
	/* in the order of their keys */
	struct drv_env env[] = {
		{S("checkDeps"), S("warn")},       {S("loader"), S("/none")},
		{S("loaderPath"), S("/none")},     {S("patchelf"), S("/none")},
		{S("python"), str_c(argv[4])},     {S("pythonPath"), S("/none/a /none/b")},
		{S("pythonVersion"), S("3.13.5")}, {S("removeDeps"), S("removed-project")},
		{S("step"), str_c(step)},          {S("wheel"), str_c(argv[2])},
	};
	struct drv_output out = {S("out"), str_c(argv[3]), S(""), S("")};
	struct drv drv = {.name = S("wheel"),
			  .outputs = &out,
			  .n_outputs = 1,
			  .platform = S("x86_64-linux"),
			  .env = env,
			  .n_env = ARRAY_LEN(env)};
	struct builtin_ctx ctx = {&drv, S("/store"), ".", 2};

	return builder_wheel_1.run(&ctx, err);
}

static errint install(char **argv, struct err *err)
{
	char text[HASH_TEXT_MAX];
	struct hash nar;
	uint64_t size;
	errint rc;

	if (strcmp(argv[1], "whole") == 0) {
		rc = run(argv, "", err);
	} else {
		rc = run(argv, "install", err);
		if (!rc)
			rc = run(argv, "finish", err);
	}
	if (!rc)
		rc = nar_hash(AT_FDCWD, argv[3], &nar, &size, err);
	if (!rc)
		puts(hash_format(&nar, HASH_SRI, true, text));
	return rc;
}

static errint prologs(struct err *err)
{
	BUF(all, LIMIT_TOOL_OUTPUT);
	errint rc = fd_read_all(0, &all, err);
	struct str rest = buf_str(&all), script;

	while (!rc && rest.n && str_split(&rest, '\0', &script)) {
		struct wheel_prolog p = wheel_script_prolog(script);

		printf("%zu %zu\n", p.keep, p.resume);
	}
	return rc;
}

int main(int argc, char **argv)
{
	ERR(err);
	char *text CLEANUP_FREE = NULL;

	if (argc != 2 && argc != 5)
		return 2;
	if (!(argc == 2 ? prologs(&err) : install(argv, &err)))
		return 0;
	text = err_format(&err);
	fputs(text, stderr);
	return 1;
}
