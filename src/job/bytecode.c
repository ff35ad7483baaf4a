/* SPDX-License-Identifier: MIT
 *
 * The list of files is made here, sorted; the interpreter reads it from its standard input. */
#include "job/bytecode.h"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

/* Builtin and frozen modules only. As many children as there are CPUs: none sees another. Exit
 * status 3 of a child is a file that does not compile. */
static const char worker[] =
	"import sys, posix\n"
	"import _frozen_importlib_external as ext\n"
	"def compile_file(path):\n"
	"    fd = posix.open(path, posix.O_RDONLY)\n"
	"    source = b''\n"
	"    while part := posix.read(fd, 1 << 20):\n"
	"        source += part\n"
	"    try:\n"
	"        code = compile(source, path, 'exec', dont_inherit=True, optimize=0)\n"
	"    except (SyntaxError, ValueError, RecursionError) as e:\n"
	"        posix.write(1, ('no bytecode: ' + path + ': ' + str(e) + '\\n').encode())\n"
	"        posix._exit(3)\n"
	"    data = ext._code_to_hash_pyc(code, ext._imp.source_hash(ext._RAW_MAGIC_NUMBER, source),"
	" False)\n"
	"    out = posix.open(ext.cache_from_source(path, optimization=''),"
	" posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644)\n"
	"    data = memoryview(data)\n"
	"    while data:\n"
	"        data = data[posix.write(out, data):]\n"
	"    posix._exit(0)\n"
	"def reap():\n"
	"    _, status = posix.wait()\n"
	"    if status and posix.waitstatus_to_exitcode(status) != 3:\n"
	"        sys.exit('a compiling child ended with status %d' % status)\n"
	"names = b''\n"
	"while part := posix.read(0, 1 << 20):\n"
	"    names += part\n"
	"limit = len(posix.sched_getaffinity(0))\n"
	"running = 0\n"
	"folders = set()\n"
	"for name in names.split(b'\\0')[:-1]:\n"
	"    name = name.decode('utf-8', 'surrogateescape')\n"
	"    folder = name.rpartition('/')[0] + '/__pycache__'\n"
	"    if folder not in folders:\n"
	"        folders.add(folder)\n"
	"        try:\n"
	"            posix.mkdir(folder, 0o755)\n"
	"        except FileExistsError:\n"
	"            pass\n"
	"    if running == limit:\n"
	"        reap()\n"
	"        running -= 1\n"
	"    if posix.fork() == 0:\n"
	"        try:\n"
	"            compile_file(name)\n"
	"        except BaseException as e:\n"
	"            posix.write(1, (name + ': ' + repr(e) + '\\n').encode())\n"
	"        posix._exit(1)\n"
	"    running += 1\n"
	"while running:\n"
	"    reap()\n"
	"    running -= 1\n";

/* Appends the .py files below a folder, each with a NUL. */
static errint list_files(struct str folder, unsigned depth, struct buf *names, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {NULL, 0};
	char *z CLEANUP_FREE = str_dupz(folder);

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "'%s': folders are nested too deeply", z);
	errint rc = dir_list(AT_FDCWD, z, &l, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < l.n; i++) {
		struct str name = str_c(l.v[i].name);
		char *path CLEANUP_FREE = path_join(folder, name);

		if (l.v[i].type == DT_DIR && !str_eq(name, S("__pycache__"))) {
			rc = list_files(str_c(path), depth + 1, names, err);
			if (rc)
				return rc;
		} else if (l.v[i].type == DT_REG && str_ends(name, S(".py"))) {
			buf_put(names, path, strlen(path) + 1);
		}
	}
	return 0;
}

static errint names_fd(const struct buf *names, int *out, struct err *err)
{
	int fd CLEANUP_FD = memfd_create("kiln-bytecode", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "cannot make a file in memory");
	errint rc = fd_write_all(fd, names->p, names->n, err);
	if (rc)
		return rc;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a file in memory");
	*out = STEAL_FD(fd);
	return 0;
}

errint bytecode_compile(const char *interpreter, const struct str *folders, size_t n, int log,
			struct err *err)
{
	static const char *const env[] = {"PYTHONHASHSEED=0", "LC_ALL=C.UTF-8", NULL};
	const char *const argv[] = {interpreter, "-S",     "-s", "-P",   "-B",
				    "-W",        "ignore", "-c", worker, NULL};
	BUF(names, LIMIT_TOOL_OUTPUT);
	int in CLEANUP_FD = -1;
	char text[64];
	pid_t pid;
	int status;
	errint rc;

	for (size_t i = 0; i < n; i++) {
		rc = list_files(folders[i], 0, &names, err);
		if (rc)
			return rc;
	}
	rc = buf_check(&names, "list of files to compile", err);
	if (!rc)
		rc = names_fd(&names, &in, err);
	if (rc)
		return rc;
	struct process_spec spec = {.argv = argv, .env = env, .in = in, .out = log, .errfd = log};
	if (process_start(&spec, &pid, err) || process_wait(pid, &status, err))
		return err_wrap(err, "compiling Python files");
	if (status)
		return err_set(err, ERR_BUILD, "compiling Python files: '%s' ended with %s",
			       interpreter, process_status_text(status, text, sizeof(text)));
	return 0;
}
