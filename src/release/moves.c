/* SPDX-License-Identifier: MIT
 *
 * Carrying out a plan. */
#include "release/moves_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"

void release_plan_release(struct release_plan *p)
{
	free(p->v);
}

struct release_move *release_plan_add(struct release_plan *p, const char *ref, const char *commit)
{
	ARRAY_GROW(p->v, p->n, p->cap);
	struct release_move *m = &p->v[p->n++];

	*m = (struct release_move){
		.ref = ref, .commit = commit, .was = "", .there_was = "", .note = ""};
	if (commit)
		memcpy(m->to, commit, GIT_ID_MAX);
	return m;
}

/* ---- the steps ---- */

/* Does git sign every tag here? */
static bool signs_tags(struct release *r)
{
	static const char *const args[] = {"config", "--type=bool", "--get", "tag.gpgSign", NULL};
	BUF(text, LIMIT_SMALL_FILE);
	ERR(unset);

	return !git_program(&r->place, args, &text, &unset) &&
	       str_eqz(str_trim(buf_str(&text)), "true");
}

/* git signs only what it makes itself, with a ref at once: that is taken away again, so that it
 * comes with the others. */
static errint make_signed(struct release *r, struct release_move *m, struct err *err)
{
	const char *message = arena_strz(&r->a, m->message);
	const char *const make[] = {"tag", "--sign", "--message", message, m->tag, m->commit, NULL};
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct git_refs now;
	errint rc = git_program(&r->place, make, &text, err);

	if (!rc)
		rc = git_refs_read(&r->place, &r->a, &now, err);
	if (rc)
		return err_wrap(err, "signing the tag '%s'", m->tag);
	memcpy(m->to, git_refs_id(&now, m->ref), GIT_ID_MAX);
	const char *const drop[] = {"update-ref", "-d", m->ref, m->to, NULL};
	return git_program(&r->place, drop, &text, err);
}

static errint make_tags(struct release_plan *p, struct err *err)
{
	struct git_repo *repo;
	bool asked = false, sign = false;
	errint rc = release_repo(p->r, &repo, err);

	for (size_t i = 0; !rc && i < p->n; i++) {
		struct release_move *m = &p->v[i];

		if (!m->tag)
			continue;
		if (!asked)
			sign = signs_tags(p->r);
		asked = true;
		rc = sign ? make_signed(p->r, m, err)
			  : git_repo_tag_make(repo, m->tag, m->commit, m->message, m->to, err);
	}
	return rc;
}

static errint push(struct release_plan *p, struct err *err)
{
	const char *remote = release_remote(p->r);
	struct git_push *v = ARENA_ARRAY(&p->r->a, struct git_push, p->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].there)
			v[n++] = (struct git_push){p->v[i].ref, p->v[i].there_was, p->v[i].to};
	if (!n)
		return 0;
	size_t same = 0;
	errint rc = git_program_push(&p->r->place, remote, v, n, &same, err);
	if (!rc && same)
		report_msg(p->r->session->report, REPORT_NOTE,
			   "somebody else did the same meanwhile: at '%s' it was done already",
			   remote);
	return rc;
}

errint moves_here(struct release_plan *p, struct err *err)
{
	struct git_ref_move *v = ARENA_ARRAY(&p->r->a, struct git_ref_move, p->n + 1);
	const char *why = arena_printf(&p->r->a, "kiln release: %s", p->what);
	struct git_repo *repo;
	size_t n = 0;
	errint rc = release_repo(p->r, &repo, err);

	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].here)
			v[n++] = (struct git_ref_move){p->v[i].ref, p->v[i].was, p->v[i].to};
	return rc || !n ? rc : git_repo_move(repo, v, n, why, err);
}

/* The branch that is checked out here takes its files along. */
errint moves_follow(struct release_plan *p, struct err *err)
{
	struct str head;
	errint rc = git_place_head(&p->r->place, &p->r->a, &head, err);

	for (size_t i = 0; !rc && i < p->n; i++)
		if (p->v[i].here && p->v[i].commit && str_eqz(head, p->v[i].ref))
			rc = release_follow(p->r, p->v[i].was, p->v[i].to, err);
	return rc;
}

/* ---- a push that failed ---- */

/* What the remote has now of what was to move there. */
errint moves_ask(struct release_plan *p, enum moves_there *out, struct err *err)
{
	const char *remote = release_remote(p->r);
	struct git_refs now;
	bool moved = false, left = false;

	*out = THERE_NONE;
	for (size_t i = 0; i < p->n; i++)
		left = left || p->v[i].there;
	if (!left)
		return 0;
	if (!remote)
		return err_set(err, ERR_NOT_FOUND, "the remote that it went to is gone");
	errint rc = git_program_ls_remote(&p->r->place, remote, &p->r->a, &now, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < p->n; i++) {
		const char *id = p->v[i].there ? git_refs_id(&now, p->v[i].ref) : NULL;

		/* What does not change says nothing. */
		if (id && strcmp(p->v[i].there_was, p->v[i].to) != 0)
			moved = moved || strcmp(id, p->v[i].to) == 0;
	}
	*out = moved ? THERE_MOVED : THERE_LEFT;
	return 0;
}

static errint unknown(struct release_plan *p, struct err *err)
{
	err_wrap(err, "whether the remote took it is not known");
	return err_hint(err, "when it is reached again, kiln release %s ends what was begun",
			p->what);
}

/* It may have done it all the same: the answer can be lost on the way. */
static errint after_failed_push(struct release_plan *p, struct err *failure, struct err *err)
{
	enum moves_there there = THERE_LEFT;
	ERR(unreached);

	if (failure->code == ERR_NETWORK || failure->code == ERR_INTERRUPTED) {
		if (moves_ask(p, &there, &unreached)) {
			err_move(err, failure);
			return unknown(p, err);
		}
	}
	if (there == THERE_MOVED)
		return 0;
	errint rc = err_move(err, failure);
	ERR(ignored);
	if (release_undone(p->r, &ignored))
		report_err(p->r->session->report, &ignored);
	if (rc == ERR_MISMATCH)
		err_hint(err, "nothing was moved; look at what is there now (git fetch, kiln "
			      "release status) and run it again");
	else if (rc == ERR_DENIED)
		err_hint(err, "nothing was moved, neither there nor here");
	return rc;
}

static bool has_moved(struct release_plan *p)
{
	ERR(unknown);

	if (release_reread(p->r, &unknown))
		return true;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].here && strcmp(git_refs_id(&p->r->refs, p->v[i].ref), p->v[i].was) != 0)
			return true;
	return false;
}

/* Where nothing has moved there is nothing to be ended. */
static errint after_failed_moves(struct release_plan *p, bool pushed, struct err *err)
{
	ERR(ignored);

	if (!pushed && !has_moved(p) && !release_undone(p->r, &ignored))
		return err_hint(err, "nothing was moved");
	return err_hint(err, "kiln release %s ends what was begun", p->what);
}

errint release_apply(struct release_plan *p, struct err *err)
{
	bool pushes = false;
	ERR(failure);
	errint rc = make_tags(p, err);

	if (!rc)
		rc = interrupt_check(err);
	if (!rc)
		rc = journal_write(p, err);
	if (rc)
		return rc;
	if (push(p, &failure)) {
		rc = after_failed_push(p, &failure, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < p->n; i++)
		pushes = pushes || p->v[i].there;
	rc = moves_here(p, err);
	if (!rc)
		rc = moves_follow(p, err);
	return rc ? after_failed_moves(p, pushes, err) : 0;
}
