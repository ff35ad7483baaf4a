/* SPDX-License-Identifier: MIT
 *
 * Library paths of shared libraries, which no tool edits: the one that is named here is none. That
 * the bytes are those of the tool is tried by full/patchelf.sh. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "job/patchelf.h"
#include "job/patchelf_int.h"
#include "tap.h"

static const struct patchelf no_tool = {"/none", "/none", "/none"};
#define LONG_PATH "$ORIGIN/../lib:/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a-library-1.0/lib"

static char *in(const char *work, const char *name)
{
	return xasprintf("%s/%s", work, name);
}

static bool compile(const char *work, const char *name, const char *options)
{
	char *command CLEANUP_FREE = xasprintf(
		"cd %s && echo 'int answer(void) { return 42; } int data = 7; int main(void) "
		"{ return 0; }' >a.c && cc -x c a.c %s -o %s 2>/dev/null",
		work, options, name);
	char *const argv[] = {"sh", "-c", command, NULL};
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		execv("/bin/sh", argv);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static off_t size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) ? -1 : st.st_size;
}

/* Loads it in a process of its own. */
static bool works(const char *file)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		void *library = dlopen(file, RTLD_NOW);
		int (*answer)(void) = library ? (int (*)(void))dlsym(library, "answer") : NULL;
		int *data = library ? dlsym(library, "data") : NULL;

		_exit(answer && data && answer() == 42 && *data == 7 ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void path_is(const char *file, const char *want, bool as_rpath, const char *what)
{
	ARENA(a);
	int fd CLEANUP_FD = open(file, O_RDONLY | O_CLOEXEC);
	struct elf_info info;
	ERR(err);

	IS_OK(elf_read(fd, &a, &info, &err), err, what);
	IS_STR(as_rpath ? info.rpath : info.runpath, str_c(want), what);
	IS_STR(as_rpath ? info.runpath : info.rpath, S(""), "and not as the other");
}

static void edit(const char *file, const char *path, bool as_rpath, const char *what)
{
	const struct patchelf_edit e = {.runpath = path, .force_rpath = as_rpath};
	ERR(err);

	IS_OK(patchelf_run(&no_tool, file, &e, &err), err, what);
	path_is(file, path, as_rpath, what);
	OK(works(file), "%s: it can be loaded", what);
}

static void test_library(const char *work, const char *name, const char *options)
{
	char *file CLEANUP_FREE = in(work, name);

	if (!compile(work, name, options)) {
		tap_skip(name, "no compiler makes it");
		return;
	}
	off_t size = size_of(file);
	edit(file, LONG_PATH, false, name);
	OK(size_of(file) > size, "what has no room is at the end");
	size = size_of(file);
	edit(file, "/short", true, "a shorter one, as DT_RPATH");
	IS_INT(size_of(file), size, "has room");
	edit(file, LONG_PATH ":/more", true, "a longer one");
	edit(file, LONG_PATH ":/more:/and/more", false, "and again, as DT_RUNPATH");
}

/* What is left to the tool is as it was. */
static void left_alone(const char *file, const struct patchelf_edit *e, const char *what)
{
	BUF(before, LIMIT_TOOL_OUTPUT);
	BUF(after, LIMIT_TOOL_OUTPUT);
	bool done = true;
	ERR(err);

	IS_OK(file_read(AT_FDCWD, file, &before, &err), err, what);
	IS_OK(patchelf_library(file, e, &done, &err), err, what);
	OK(!done, "%s is for the tool", what);
	IS_OK(file_read(AT_FDCWD, file, &after, &err), err, what);
	OK(str_eq(buf_str(&before), buf_str(&after)), "%s: not a byte of it changes", what);
}

/* Any prefix of a library, and any of its first bytes altered: told as what it is not, or edited.
 */
static void test_broken(const char *work)
{
	const struct patchelf_edit e = {.runpath = LONG_PATH};
	char *file CLEANUP_FREE = in(work, "broken.so");
	BUF(whole, LIMIT_TOOL_OUTPUT);
	size_t errors = 0;
	ERR(err);

	if (!compile(work, "broken.so", "-shared -fPIC -Wl,-rpath,/old"))
		return;
	IS_OK(file_read(AT_FDCWD, file, &whole, &err), err, "a library");
	for (size_t n = 0; n < whole.n; n += whole.n / 97 + 1) {
		struct patchelf_edit edits = e;
		bool done;

		if (file_write(AT_FDCWD, file, str_n(whole.p, n), 0644, 0, &err) ||
		    patchelf_library(file, &edits, &done, &err))
			errors++;
	}
	IS_INT((intmax_t)errors, 0, "cut off anywhere");
	for (size_t at = 0; at < whole.n; at += at < 1200 ? 1 : whole.n / 211 + 1) {
		bool done;
		char was = whole.p[at];

		whole.p[at] = (char)(was ^ (at % 2 ? 0xff : 0x11));
		if (file_write(AT_FDCWD, file, buf_str(&whole), 0644, 0, &err) ||
		    patchelf_library(file, &e, &done, &err))
			errors++;
		whole.p[at] = was;
	}
	IS_INT((intmax_t)errors, 0, "altered anywhere");
}

static void test_left(const char *work)
{
	const struct patchelf_edit path = {.runpath = LONG_PATH}, removed = {.runpath = ""},
				   interpreter = {.interpreter = "/ld.so", .runpath = LONG_PATH};
	char *program CLEANUP_FREE = in(work, "program");
	char *library CLEANUP_FREE = in(work, "left.so");
	char *text CLEANUP_FREE = in(work, "a.c");

	if (!compile(work, "program", "") || !compile(work, "left.so", "-shared -fPIC"))
		return;
	left_alone(program, &path, "a program");
	left_alone(library, &removed, "a path that goes");
	left_alone(library, &interpreter, "an interpreter");
	left_alone(text, &path, "a text");
}

int main(void)
{
	char *work CLEANUP_FREE = NULL;
	ERR(err);

	IS_OK(temp_dir(temp_dir_root(), "kiln-test-", &work, &err), err, "a folder");
	test_library(work, "plain.so", "-shared -fPIC");
	test_library(work, "old.so", "-shared -fPIC -Wl,-rpath,/old -Wl,--disable-new-dtags");
	test_library(work, "notes.so", "-shared -fPIC -Wl,--build-id=sha1 -Wl,-z,noseparate-code");
	test_library(work, "big-pages.so", "-shared -fPIC -Wl,-z,max-page-size=0x200000 -g");
	test_library(work, "both-hashes.so", "-shared -fPIC -Wl,--hash-style=both -Wl,-s");
	test_left(work);
	test_broken(work);
	remove_tree_quietly(AT_FDCWD, work);
	return tap_done();
}
