/* SPDX-License-Identifier: MIT
 *
 * Importing slots. Python tells of each socket before it is made; what native code opens meets a
 * network that has nothing. */
#include "env/probe.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/file.h"
#include "base/process.h"
#include "base/worker.h"
#include "env/view.h"

/* urllib3 asks the kernel for IPv6 when it is imported, and sends nothing; by it, too, whoever asks
 * for an address or connects is told. */
static const char program[] =
	"import os, sys, traceback\n"
	"def place(frames):\n"
	"    own = [f for f in frames if f.filename != '<string>' and not f.filename.startswith('<frozen')]\n"
	"    return f\"'{own[-1].filename}' line {own[-1].lineno}\" if own else 'nowhere'\n"
	"def hook(event, args):\n"
	"    opens = event == 'socket.__new__' and args[1] in (2, 10)\n"
	"    asks = event == 'socket.getaddrinfo' or event == 'socket.connect' and isinstance(args[1], tuple)\n"
	"    if opens or asks:\n"
	"        frames = [f for f in traceback.extract_stack() if not f.filename.endswith('/socket.py')]\n"
	"        if opens and any('urllib3' in f.filename for f in frames):\n"
	"            return\n"
	"        print(f'{place(frames)} opens a socket when it is imported', file=sys.stderr, flush=True)\n"
	"        os._exit(3)\n"
	"sys.addaudithook(hook)\n"
	"slots = [f for f in os.environ.get('KILN_SLOT_PATH', '').split(':') if f]\n"
	"sys.path += [f for f in slots if f not in sys.path]\n"
	"tops = [os.path.realpath(f) for f in slots] + slots\n"
	"for name in sys.argv[1:]:\n"
	"    print(name, file=sys.stderr, flush=True)\n"
	"    try:\n"
	"        module = __import__(name)\n"
	"    except BaseException as error:\n"
	"        told = str(error).strip().splitlines()\n"
	"        print(f\"{place(traceback.extract_tb(error.__traceback__))}: {type(error).__name__}: \"\n"
	"              f\"{told[-1] if told else ''}\", file=sys.stderr, flush=True)\n"
	"        os._exit(3)\n"
	"    file = getattr(module, '__file__', None) or ''\n"
	"    if not any(file.startswith(t + '/') for t in tops):\n"
	"        print(f\"it comes from '{file}', and not from what fills the slot\", file=sys.stderr, flush=True)\n"
	"        os._exit(3)\n"
	"os._exit(0)\n";

struct probe {
	struct store *store;
	const struct env_probe *p;
	const char *temp; /* what modules leave there goes with it */
};

/* Without network where the kernel lets us; without that Python's own word counts alone. */
static void leave_network(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		(void)!unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

/* The last line that is not blank. */
static struct str last_line(struct str text)
{
	struct str line, last = S("");

	while (text.n && str_split(&text, '\n', &line))
		if (str_trim(line).n)
			last = str_trim(line);
	return last;
}

static errint import_all(void *ctx, struct buf *out, struct err *err)
{
	struct probe *probe = ctx;
	const struct env_probe *p = probe->p;
	const char **argv CLEANUP_FREE = xcalloc(p->n + 6, sizeof(*argv));
	struct arena a CLEANUP(arena_release) = ARENA_INIT;
	BUF(errs, LIMIT_TOOL_OUTPUT);
	size_t n = 0;
	ERR(failed);
	errint rc = view_enter(probe->store, err);

	if (rc)
		return rc;
	leave_network();
	argv[n++] = p->python;
	argv[n++] = "-P";
	argv[n++] = "-c";
	argv[n++] = program;
	for (size_t i = 0; i < p->n; i++)
		argv[n++] = arena_strz(&a, p->modules[i]);
	unsetenv("PYTHONSTARTUP");
	setenv("TMPDIR", probe->temp, 1);
	if (!process_capture(argv, out, &errs, &failed))
		return 0;
	struct str told = last_line(buf_str(&errs));
	bool name_alone = str_chr(told, ' ') < 0;
	/* Its end came without a word, as by a signal: the module's name is what it said last. */
	if (name_alone)
		err_set(err, ERR_FAILED, "importing '%.*s' ends Python: %s", STR_ARG(told),
			failed.msg);
	else
		err_set(err, ERR_FAILED, "%.*s", STR_ARG(told));
	return err_negative(err->code);
}

errint env_probe(struct store *s, const struct env_probe *p, struct err *err)
{
	char *temp CLEANUP_FREE = NULL;
	struct worker w CLEANUP(worker_release) = WORKER_INIT;

	if (p->n == 0 || access(p->mark, F_OK) == 0)
		return 0;
	errint rc = temp_dir(temp_dir_root(), "kiln-probe.", &temp, err);
	if (rc)
		return rc;
	struct probe probe = {s, p, temp};
	rc = worker_start(import_all, &probe, &w, err);
	for (bool done = false; !rc && !done;)
		rc = worker_read(&w, &done, err);
	remove_tree_quietly(AT_FDCWD, temp);
	if (rc) {
		err_hint(err,
			 "slots are filled by what was made for each other: --slot torch=cpu is");
		return err_wrap(err, "the slots of the result cannot be imported");
	}
	return file_write(AT_FDCWD, p->mark, S(""), 0600, 0, err);
}
