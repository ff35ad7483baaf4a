/* SPDX-License-Identifier: MIT
 *
 * kiln release: the tracks that a release passes through. */
#include "cli/release_verbs.h"

static const struct command *const verbs[] = {
	&release_verb_approve,
	&release_verb_archive,
	&release_verb_bump,
	&release_verb_ci,
	&release_verb_diff,
	&release_verb_evidence,
	&release_verb_gate,
	&release_verb_history,
	&release_verb_init,
	&release_verb_promote,
	&release_verb_protect,
	&release_verb_rollback,
	&release_verb_rotate,
	&release_verb_start,
	&release_verb_status,
	&release_verb_verify_push,
	NULL,
};

const struct command command_release = {
	.name = "release",
	.summary = "move releases along their tracks, and keep old ones",
	.topic = TOPIC_BUILD,
	.verbs = verbs,
};
