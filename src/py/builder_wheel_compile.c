/* SPDX-License-Identifier: MIT
 *
 * Bytecode, unchecked-hash (PEP 552), so that it is valid whatever a file's time stamp is.
 * Marshalled bytes show what else lives in the process (shared constants are marked), so each
 * module is compiled by a fork of one worker that has imported nothing but what the interpreter
 * itself starts with. How many forks run at once does not show. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "py/builder_wheel_int.h"

/* Names come on standard input, each followed by a NUL; what cannot be compiled (templates, code
 * for another Python) is left without bytecode, as every installer does. */
static const char worker[] =
	"import sys, posix, _imp\n"
	"import _frozen_importlib_external as x\n"
	"def load(fd):\n"
	"    parts = []\n"
	"    while part := posix.read(fd, 1 << 20):\n"
	"        parts.append(part)\n"
	"    posix.close(fd)\n"
	"    return b''.join(parts)\n"
	"def store(path, data):\n"
	"    fd = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o644)\n"
	"    while data:\n"
	"        data = data[posix.write(fd, data):]\n"
	"    posix.close(fd)\n"
	"def compile_one(path):\n"
	"    source = load(posix.open(path, posix.O_RDONLY))\n"
	"    try:\n"
	"        code = compile(source, path, 'exec', dont_inherit=True, optimize=0)\n"
	"    except (SyntaxError, ValueError, RecursionError, MemoryError):\n"
	"        return\n"
	"    digest = _imp.source_hash(x._RAW_MAGIC_NUMBER, source)\n"
	"    store(x.cache_from_source(path, optimization=''),\n"
	"          bytes(x._code_to_hash_pyc(code, digest, False)))\n"
	"def wait():\n"
	"    if posix.wait()[1]:\n"
	"        posix._exit(1)\n"
	"def main(names, jobs):\n"
	"    running = 0\n"
	"    for name in names:\n"
	"        if running == jobs:\n"
	"            wait()\n"
	"            running -= 1\n"
	"        if posix.fork() == 0:\n"
	"            try:\n"
	"                compile_one(name)\n"
	"                posix._exit(0)\n"
	"            finally:\n"
	"                posix.write(2, b'compiling ' + name.encode() + b'\\n')\n"
	"                posix._exit(1)\n"
	"        running += 1\n"
	"    while running:\n"
	"        wait()\n"
	"        running -= 1\n"
	"main(load(0).decode().split('\\0')[:-1], int(sys.argv[1]))\n";

enum { MAX_JOBS = 8 };

static bool is_module(const struct wheel_install *w, const struct wheel_file *f)
{
	return str_ends(f->path, S(".py")) && str_starts(f->path, w->site);
}

/* "a/b.py" -> "a/__pycache__/b.cpython-313.pyc" */
static const char *bytecode_path(struct wheel_install *w, struct str path)
{
	struct str name = str_drop_suffix(path_base(path), S(".py"));

	return arena_printf(&w->arena, "%.*s/__pycache__/%.*s.cpython-3%u.pyc",
			    STR_ARG(path_dir(path)), STR_ARG(name), w->minor);
}

/* The modules' names into a file without a name, and their __pycache__ folders. */
static errint list_modules(struct wheel_install *w, int fd, size_t *n, struct err *err)
{
	*n = 0;
	for (size_t i = 0; i < w->n_files; i++) {
		const struct wheel_file *f = &w->files[i];
		CLEANUP_FREE char *text = NULL, *dir = NULL;

		if (!is_module(w, f))
			continue;
		text = xasprintf("%s/%s", w->out, f->path.p);
		dir = xasprintf("%.*s/__pycache__", STR_ARG(path_dir(f->path)));
		if (mkdir_p(w->out_fd, dir, 0755, err) ||
		    fd_write_all(fd, text, strlen(text) + 1, err))
			return err->code;
		(*n)++;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "rewinding the list of modules");
	return 0;
}

static errint run_worker(struct wheel_install *w, int list, struct err *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char jobs[16], status_text[64];
	const char *python = arena_strz(&w->arena, w->python);
	const char *argv[] = {python, "-P", "-s", "-S", "-W", "ignore", "-c", worker, jobs, NULL};
	const char *const env[] = {"PYTHONHASHSEED=0", "PYTHONUTF8=1", "LC_ALL=C", NULL};
	struct process_spec spec = {
		.argv = argv, .env = env, .in = list, .out = w->ctx->log, .errfd = w->ctx->log};
	pid_t pid;
	int status;

	snprintf(jobs, sizeof(jobs), "%ld", cpus < 1 ? 1 : MIN(cpus, (long)MAX_JOBS));
	if (process_start(&spec, &pid, err) || process_wait(pid, &status, err))
		return err->code;
	if (status)
		return err_set(err, ERR_BUILD, "the bytecode compiler failed: %s",
			       process_status_text(status, status_text, sizeof(status_text)));
	return 0;
}

/* Lists what was made, in the order of the modules. */
static errint list_bytecode(struct wheel_install *w, struct err *err)
{
	size_t n = w->n_files;

	for (size_t i = 0; i < n; i++) {
		const char *path;
		struct stat st;

		if (!is_module(w, &w->files[i]))
			continue;
		path = bytecode_path(w, w->files[i].path);
		if (fstatat(w->out_fd, path, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (wheel_file_rehash(w, wheel_file_add(w, str_c(path)), err))
			return err->code;
	}
	return 0;
}

errint wheel_step_compile(struct wheel_install *w, struct err *err)
{
	const char *tmp = w->ctx->tmp;
	CLEANUP_FD int list = open(tmp, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	CLEANUP_FREE char *name = NULL;
	size_t n;

	if (list < 0) { /* a file system without O_TMPFILE */
		name = xasprintf("%s/modules", tmp);
		list = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	}
	if (list < 0)
		return err_sys(err, "making the list of modules in '%s'", tmp);
	if (list_modules(w, list, &n, err))
		return err->code;
	if (n && (run_worker(w, list, err) || list_bytecode(w, err)))
		return err->code;
	return 0;
}
