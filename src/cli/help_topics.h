/* SPDX-License-Identifier: MIT
 *
 * What there is to read besides commands: a page of docs/man each. */
#pragma once

struct help_topic {
	const char *name, *page, *summary;
};
/* By what they are about; ends with one without a name. */
extern const struct help_topic help_topics[];
