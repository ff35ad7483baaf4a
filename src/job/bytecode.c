/* SPDX-License-Identifier: MIT
 *
 * The list of files is made here, the biggest first, so that nobody has a long one at the end;
 * interpreters take them one by one. */
#include "job/bytecode.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "job/bytecode_int.h"

/* Many files in few processes. What a process did before, it knows by the strings that are
 * interned, and in CPython 3.13 that reaches the bits of a code object where a string of it was
 * interned as another object before, and takes its place, and where somebody can see this:
 * - in a frozenset, which is then made anew, so that two code objects that shared it do so no more
 *   (CPython's intern_constants);
 * - in the qualified name, which a class also has as a constant (its init_code; its parser interns
 *   the 'a.b' of an import for ever).
 * All else that is interned is the same object everywhere, and marshalling writes it the same way
 * whoever else holds it (its w_ref). A file in which one frozenset is in two places, or a constant
 * equals the qualified name and is not it, is left to the script below, as is what does not
 * compile, and everything for a Python of which this is not known. The names of those left go to
 * standard output. */
static const char batch[] =
	"import sys, posix, gc\n"
	"import _frozen_importlib_external as ext\n"
	"def is_open(constants, qualname, sets):\n"
	"    if qualname in constants:\n"
	"        for c in constants:\n"
	"            if c == qualname and c is not qualname:\n"
	"                return True\n"
	"    if deep.isdisjoint(map(type, constants)):\n"
	"        return False\n"
	"    for c in constants:\n"
	"        kind = type(c)\n"
	"        if kind is Code:\n"
	"            if is_open(c.co_consts, c.co_qualname, sets):\n"
	"                return True\n"
	"        elif kind is frozenset:\n"
	"            if c in sets:\n"
	"                return True\n"
	"            sets.add(c)\n"
	"        elif kind is tuple and is_open(c, None, sets):\n"
	"            return True\n"
	"    return False\n"
	"def make_folder(folder):\n"
	"    if folder not in folders:\n"
	"        folders.add(folder)\n"
	"        try:\n"
	"            posix.mkdir(folder, 0o755)\n"
	"        except FileExistsError:\n"
	"            pass\n"
	"def compile_file(path):\n"
	"    fd = posix.open(path, posix.O_RDONLY)\n"
	"    source = b''\n"
	"    while part := posix.read(fd, 1 << 20):\n"
	"        source += part\n"
	"    posix.close(fd)\n"
	"    try:\n"
	"        code = compile(source, path, 'exec', dont_inherit=True, optimize=0)\n"
	"        if is_open(code.co_consts, code.co_qualname, set()):\n"
	"            return False\n"
	"    except Exception:\n"
	"        return False\n"
	"    data = memoryview(ext._code_to_hash_pyc(\n"
	"        code, ext._imp.source_hash(ext._RAW_MAGIC_NUMBER, source), False))\n"
	"    make_folder(path.rpartition('/')[0] + '/__pycache__')\n"
	"    out = posix.open(ext.cache_from_source(path, optimization=''),\n"
	"                     posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644)\n"
	"    while data:\n"
	"        data = data[posix.write(out, data):]\n"
	"    posix.close(out)\n"
	"    return True\n"
	"gc.disable()\n"
	"Code = type(is_open.__code__)\n"
	"deep = {Code, frozenset, tuple}\n"
	"folders = set()\n"
	"known = sys.version_info[:2] == (3, 13)\n"
	"while name := posix.read(0, 1 << 16):\n"
	"    if not known or not compile_file(name.decode('utf-8', 'surrogateescape')):\n"
	"        posix.write(1, name + b'\\0')\n";

/* A child for each file, and as many at once as there are CPUs: none sees another. Exit
 * status 3 of a child is a file that does not compile. */
static const char alone[] =
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

struct files {
	struct file {
		char *path;
		off_t size;
	} * v;
	size_t n, cap;
};

static void files_release(struct files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].path);
	free(f->v);
}

static void add_file(struct files *f, const char *path)
{
	struct stat st;

	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = (struct file){xstrdup(path), lstat(path, &st) ? 0 : st.st_size};
}

/* The .py files below a folder. */
static errint list_files(struct str folder, unsigned depth, struct files *out, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {NULL, 0};
	char *z CLEANUP_FREE = str_dupz(folder);

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "'%s': folders are nested too deeply", z);
	errint rc = dir_list(AT_FDCWD, z, &l, err);
	for (size_t i = 0; !rc && i < l.n; i++) {
		struct str name = str_c(l.v[i].name);
		char *path CLEANUP_FREE = path_join(folder, name);

		if (l.v[i].type == DT_DIR && !str_eq(name, S("__pycache__")))
			rc = list_files(str_c(path), depth + 1, out, err);
		else if (l.v[i].type == DT_REG && str_ends(name, S(".py")))
			add_file(out, path);
	}
	return rc;
}

static int by_size(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return strcmp(x->path, y->path);
}

/* Several processes append to it: a shared offset of a file in memory is nobody's lock. */
static errint memory_file(int *out, struct err *err)
{
	int fd CLEANUP_FD = memfd_create("kiln-bytecode", MFD_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		return err_sys(err, "cannot make a file in memory");
	*out = STEAL_FD(fd);
	return 0;
}

/* The script that needs no more than a list, and is waited for. */
static errint compile_alone(struct bytecode_crew *c, int names, struct err *err)
{
	pid_t pid;
	errint rc = bytecode_start(c, alone, names, c->log, &pid, err);

	return rc ? rc : bytecode_wait(c, pid, err);
}

errint bytecode_compile(const char *interpreter, const struct str *folders, size_t n, int log,
			const unsigned *busy, struct err *err)
{
	struct files files CLEANUP(files_release) = {NULL, 0, 0};
	int left CLEANUP_FD = -1;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = list_files(folders[i], 0, &files, err);
	if (rc || !files.n)
		return rc;
	qsort(files.v, files.n, sizeof(*files.v), by_size);
	struct str *names CLEANUP_FREE = xcalloc(files.n, sizeof(*names));
	for (size_t i = 0; i < files.n; i++)
		names[i] = str_c(files.v[i].path);
	rc = memory_file(&left, err);
	if (rc)
		return rc;
	struct bytecode_crew crew = {interpreter, batch, names, files.n, left, log, busy};
	rc = bytecode_share(&crew, err);
	if (rc)
		return rc;
	off_t size = lseek(left, 0, SEEK_END);
	if (size < 0 || lseek(left, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a file in memory");
	return size ? compile_alone(&crew, left, err) : 0;
}
