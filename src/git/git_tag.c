/* SPDX-License-Identifier: MIT
 *
 * Annotated tags, and notes. */
#include "git/git_repo_int.h"

errint git_repo_tag_facts(struct git_repo *r, const char *id, struct arena *a,
			  struct git_tag_facts *out, struct err *err)
{
	git_object *o = NULL, *commit = NULL;
	git_oid oid;
	int status = r->g->git_oid_fromstr(&oid, id);

	if (!status)
		status = r->g->git_object_lookup(&o, r->repo, &oid, GIT_OBJECT_ANY);
	if (!status)
		status = r->g->git_object_peel(&commit, o, GIT_OBJECT_COMMIT);
	if (status) {
		r->g->git_object_free(o);
		return git_fail(r->g, status, ERR_CORRUPT, err, "reading the tag '%s'", id);
	}
	*out = (struct git_tag_facts){.annotated = r->g->git_object_type(o) == GIT_OBJECT_TAG};
	r->g->git_oid_tostr(out->commit, GIT_ID_MAX, r->g->git_object_id(commit));
	if (out->annotated) {
		const git_signature *who = r->g->git_tag_tagger((git_tag *)o);
		const char *message = r->g->git_tag_message((git_tag *)o);

		out->when = who ? who->when.time : 0;
		out->tagger = arena_str(a, str_c(who ? who->name : ""));
		out->message = arena_str(a, str_c(message ? message : ""));
	}
	r->g->git_object_free(commit);
	r->g->git_object_free(o);
	return 0;
}

errint git_repo_tag_make(struct git_repo *r, const char *name, const char *commit,
			 struct str message, char out[GIT_ID_MAX], struct err *err)
{
	char *text CLEANUP_FREE = str_dupz(message);
	git_object *target = NULL;
	git_signature *who = NULL;
	git_oid id;
	errint rc = git_repo_lookup(r, commit, GIT_OBJECT_COMMIT, &target, err);

	if (!rc)
		rc = git_repo_signature(r, &who, err);
	if (rc) {
		r->g->git_object_free(target);
		return rc;
	}
	int64_t made = r->g->git_commit_time((git_commit *)target);
	if (who->when.time < made)
		who->when.time = made;
	int status = r->g->git_tag_annotation_create(&id, r->repo, name, target, who, text);
	if (status)
		rc = git_fail(r->g, status, ERR_FAILED, err, "making the tag '%s'", name);
	else
		r->g->git_oid_tostr(out, GIT_ID_MAX, &id);
	r->g->git_signature_free(who);
	r->g->git_object_free(target);
	return rc;
}

/* ---- notes ---- */

errint git_repo_note(struct git_repo *r, const char *ref, const char *commit, struct arena *a,
		     struct str *out, struct err *err)
{
	git_note *note = NULL;
	git_oid id;
	int status = r->g->git_oid_fromstr(&id, commit);

	*out = S("");
	if (!status)
		status = r->g->git_note_read(&note, r->repo, ref, &id);
	if (status == GIT_ENOTFOUND)
		return 0;
	if (status)
		return git_fail(r->g, status, ERR_CORRUPT, err,
				"reading the note of '%.12s' in '%s'", commit, ref);
	*out = arena_str(a, str_c(r->g->git_note_message(note)));
	r->g->git_note_free(note);
	return 0;
}

errint git_repo_note_write(struct git_repo *r, const char *ref, const char *commit, struct str text,
			   struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(text);
	git_signature *who = NULL;
	git_oid id, made;
	errint rc = git_repo_signature(r, &who, err);

	if (rc)
		return rc;
	int status = r->g->git_oid_fromstr(&id, commit);
	if (!status)
		status = r->g->git_note_create(&made, r->repo, ref, who, who, &id, z, 1);
	if (status)
		rc = git_fail(r->g, status, ERR_FAILED, err, "writing the note of '%.12s' in '%s'",
			      commit, ref);
	r->g->git_signature_free(who);
	return rc;
}
