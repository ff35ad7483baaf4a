/* SPDX-License-Identifier: MIT
 *
 * bin/kiln of a kit, a static program of its own: starts lib/kiln beside its folder by the loader
 * and with the libraries that are there, so that nothing of the machine is needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <limits.h>
#include <unistd.h>

#ifdef __aarch64__
#define LOADER "ld-linux-aarch64.so.1"
#else
#define LOADER "ld-linux-x86-64.so.2"
#endif

enum { MORE = 6 };

int main(int argc, char **argv)
{
	char self[PATH_MAX], lib[PATH_MAX + 8], loader[PATH_MAX + 64], program[PATH_MAX + 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char **args = calloc((size_t)argc + MORE + 1, sizeof(*args));

	if (n < 0 || !args) {
		perror("kiln: looking for its own folder (is /proc there?)");
		return 1;
	}
	self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(self, '/');

		if (slash)
			*slash = '\0';
	}
	snprintf(lib, sizeof(lib), "%s/lib", self);
	snprintf(loader, sizeof(loader), "%s/" LOADER, lib);
	snprintf(program, sizeof(program), "%s/kiln", lib);
	args[0] = loader;
	args[1] = "--library-path";
	args[2] = lib;
	args[3] = "--argv0";
	args[4] = argv[0];
	args[5] = program;
	for (int i = 1; i < argc; i++)
		args[MORE + i - 1] = argv[i];
	execv(loader, args);
	perror(loader);
	return 1;
}
