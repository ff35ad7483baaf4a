/* SPDX-License-Identifier: MIT
 *
 * The list of files is made here, sorted; the interpreter reads it from its standard input. */
#include "job/bytecode.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

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
	"    for c in constants:\n"
	"        kind = type(c)\n"
	"        if kind is str:\n"
	"            if c == qualname and c is not qualname:\n"
	"                return True\n"
	"        elif kind is Code:\n"
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
	"def work(name):\n"
	"    if not compile_file(name.decode('utf-8', 'surrogateescape')):\n"
	"        posix.write(1, name + b'\\0')\n"
	"def in_children(count):\n"
	"    numbers, queue = posix.pipe()\n"
	"    for _ in range(count):\n"
	"        if posix.fork() == 0:\n"
	"            posix.close(queue)\n"
	"            while number := posix.read(numbers, 4):\n"
	"                work(names[int.from_bytes(number)])\n"
	"            posix._exit(0)\n"
	"    posix.close(numbers)\n"
	"    for i in range(len(names)):\n"
	"        posix.write(queue, i.to_bytes(4))\n"
	"    posix.close(queue)\n"
	"    for _ in range(count):\n"
	"        status = posix.wait()[1]\n"
	"        if status:\n"
	"            sys.exit('a compiling child ended with status %d' % status)\n"
	"gc.disable()\n"
	"Code = type(work.__code__)\n"
	"folders = set()\n"
	"text = b''\n"
	"while part := posix.read(0, 1 << 20):\n"
	"    text += part\n"
	"if sys.version_info[:2] != (3, 13):\n"
	"    posix.write(1, text)\n"
	"    posix._exit(0)\n"
	"names = text.split(b'\\0')[:-1]\n"
	"count = min(len(posix.sched_getaffinity(0)), (len(names) + 15) // 16)\n"
	"if count > 1:\n"
	"    in_children(count)\n"
	"else:\n"
	"    for name in names:\n"
	"        work(name)\n";

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

static errint memory_file(struct str bytes, int *out, struct err *err)
{
	int fd CLEANUP_FD = memfd_create("kiln-bytecode", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "cannot make a file in memory");
	errint rc = fd_write_all(fd, bytes.p, bytes.n, err);
	if (rc)
		return rc;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a file in memory");
	*out = STEAL_FD(fd);
	return 0;
}

static errint run_script(const char *interpreter, const char *script, int in, int out, int log,
			 struct err *err)
{
	/* glibc keeps what is freed: the next file needs it again */
	static const char *const env[] = {"PYTHONHASHSEED=0",
					  "LC_ALL=C.UTF-8",
					  "MALLOC_TOP_PAD_=67108864",
					  "MALLOC_TRIM_THRESHOLD_=1073741824",
					  "MALLOC_MMAP_THRESHOLD_=1073741824",
					  NULL};
	const char *const argv[] = {interpreter, "-S",     "-s", "-P",   "-B",
				    "-W",        "ignore", "-c", script, NULL};
	struct process_spec spec = {.argv = argv, .env = env, .in = in, .out = out, .errfd = log};
	char text[64];
	pid_t pid;
	int status;

	if (process_start(&spec, &pid, err) || process_wait(pid, &status, err))
		return err_wrap(err, "compiling Python files");
	if (status)
		return err_set(err, ERR_BUILD, "compiling Python files: '%s' ended with %s",
			       interpreter, process_status_text(status, text, sizeof(text)));
	return 0;
}

errint bytecode_compile(const char *interpreter, const struct str *folders, size_t n, int log,
			struct err *err)
{
	BUF(names, LIMIT_TOOL_OUTPUT);
	int in CLEANUP_FD = -1, left CLEANUP_FD = -1;
	off_t size;
	errint rc;

	for (size_t i = 0; i < n; i++) {
		rc = list_files(folders[i], 0, &names, err);
		if (rc)
			return rc;
	}
	rc = buf_check(&names, "list of files to compile", err);
	if (rc || !names.n)
		return rc;
	rc = memory_file(buf_str(&names), &in, err);
	if (!rc)
		rc = memory_file(S(""), &left, err);
	/* several children write to it: a shared offset of a file in memory is nobody's lock */
	if (!rc && fcntl(left, F_SETFL, O_APPEND) < 0)
		rc = err_sys(err, "preparing a file in memory");
	if (!rc)
		rc = run_script(interpreter, batch, in, left, log, err);
	if (rc)
		return rc;
	size = lseek(left, 0, SEEK_END);
	if (size < 0 || lseek(left, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a file in memory");
	return size ? run_script(interpreter, alone, left, log, log, err) : 0;
}
