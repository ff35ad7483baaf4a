/* SPDX-License-Identifier: MIT
 *
 * A job that brings one store path from a substituter. A process of its own reads the NAR and
 * restores it beside the store's objects while it hashes what passes: one pass, and nothing is
 * placed before hash and size are right. What one place fails at, the next one that has the path
 * is tried for. Its references are valid before it starts. */
#include "job/job.h"

#include "base/file.h"
#include "store/nar.h"

/* In the process: hashes what is read. */
struct hashed_source {
	struct source source;
	struct source *from;
	struct hash_sink *sink;
};

static errint hashed_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct hashed_source *h = (struct hashed_source *)s;
	errint rc = source_read(h->from, p, n, got, err);

	return rc ? rc : sink_write(&h->sink->sink, p, *got, err);
}

static errint check_nar(const struct path_info *info, const struct hash *got, uint64_t size,
			struct err *err)
{
	char text[HASH_TEXT_MAX];

	if (!hash_eq(&info->nar_hash, got)) {
		err_set(err, ERR_MISMATCH, "hash mismatch importing path '%.*s'",
			STR_ARG(info->path));
		err_detail(err, "  specified: %s",
			   hash_format(&info->nar_hash, HASH_NIX32, true, text));
		return err_detail(err, "  got:       %s", hash_format(got, HASH_NIX32, true, text));
	}
	if (info->nar_size && info->nar_size != size)
		return err_set(err, ERR_MISMATCH,
			       "size mismatch importing path '%.*s': specified %llu, got %llu",
			       STR_ARG(info->path), (unsigned long long)info->nar_size,
			       (unsigned long long)size);
	return 0;
}

/* The whole NAR and nothing behind it, from the nth place. */
static errint restore(struct job *j, struct source *from, uint64_t *size, struct err *err)
{
	static const struct source_ops ops = {.read = hashed_read};
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	struct hashed_source hashed = {.source = {&ops}, .from = from, .sink = &sink};
	const struct path_info *info = &j->goal->sub->info;
	struct hash got;
	char byte;
	size_t more = 0;
	errint rc = nar_restore(&hashed.source, AT_FDCWD, j->where[0], err);

	if (!rc)
		rc = source_read(from, &byte, 1, &more, err);
	if (!rc && more)
		rc = err_set(err, ERR_CORRUPT, "there are bytes behind the end of the NAR");
	if (rc)
		return rc;
	*size = sink.size;
	hash_sink_finish(&sink, &got);
	rc = check_nar(info, &got, *size, err);
	return rc ? rc : store_check_address(j->store, info, j->where[0], err);
}

static errint bring_from(struct job *j, unsigned place, uint64_t *size, struct err *err)
{
	struct source *from;
	errint rc =
		substituter_open_nar(j->o->substituter, j->goal->sub, place, &j->arena, &from, err);

	return rc ? rc : restore(j, from, size, err);
}

/* In the process. Gives the NAR's size, and a line for each place that failed before. */
static errint bring(void *ctx, struct buf *out, struct err *err)
{
	struct job *j = ctx;
	BUF(told, LIMIT_ERR_TEXT);
	uint64_t size = 0;
	unsigned places = j->goal->sub->places;
	errint rc = ERR_NOT_FOUND;

	for (unsigned i = 0; rc && rc != ERR_INTERRUPTED && i < places; i++) {
		err_clear(err);
		rc = bring_from(j, i, &size, err);
		if (!rc)
			break;
		remove_tree_quietly(AT_FDCWD, j->where[0]);
		if (i + 1 < places)
			buf_printf(&told, "%s\n", err->msg);
	}
	if (rc) {
		if (told.n)
			err_detail(err, "%.*s", STR_ARG(str_trim(buf_str(&told))));
		return err_wrap(err, "substituting '%.*s'", STR_ARG(j->goal->path));
	}
	buf_put(out, &size, sizeof(size));
	buf_puts(out, buf_str(&told));
	return 0;
}

static errint substitute_start(struct job *j, enum job_state *next, struct err *err)
{
	errint rc = job_make_folder(j, err);

	if (rc)
		return rc;
	j->where = ARENA_ARRAY(&j->arena, const char *, 1);
	j->where[0] = arena_printf(&j->arena, "%s/output", j->top);
	j->activity = activity_start(j->report, j->goal->sub->download, "B", "substituting %.*s",
				     STR_ARG(goal_name(j->goal)));
	*next = JOB_RUNNING;
	return worker_start(bring, j, &j->worker, err);
}

static void substitute_watch(const struct job *j, struct watch_wish *wish)
{
	wish->fds[0] = j->worker.fd;
}

static errint substitute_event(struct job *j, int fd, enum job_state *next, struct err *err)
{
	bool done;
	errint rc = worker_read(&j->worker, &done, err);

	if (rc || !done)
		return rc;
	struct str result = str_skip(buf_str(&j->worker.result), 1), line;
	memcpy(&j->infos[0].nar_size, result.p, sizeof(j->infos[0].nar_size));
	for (result = str_skip(result, sizeof(j->infos[0].nar_size));
	     result.n && str_split(&result, '\n', &line);)
		if (line.n)
			report_msg(j->report, REPORT_WARN,
				   "'%.*s' came from another cache than the first: %.*s",
				   STR_ARG(j->goal->path), STR_ARG(line));
	j->infos[0].registered = 0;
	*next = JOB_CHECKED;
	return 0;
}

const struct job_ops job_substitute = {
	.name = "substitution",
	.cls = JOB_STREAM,
	.work = WORK_SUBSTITUTE,
	.size = sizeof(struct job),
	.start = substitute_start,
	.watch = substitute_watch,
	.event = substitute_event,
};
