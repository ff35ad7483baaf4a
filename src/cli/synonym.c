/* SPDX-License-Identifier: MIT
 *
 * The table of synonyms.def. */
#include "cli/synonym.h"

struct synonym {
	const char *word, *here, *say;
};

static const struct synonym synonyms[] = {
#define X(word, here)       {word, here, NULL},
#define SAY(word, sentence) {word, NULL, sentence},
#include "cli/synonyms.def"
#undef X
#undef SAY
};

bool synonym_hint(struct str word, const char *within, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(synonyms); i++) {
		const struct synonym *s = &synonyms[i];

		if (!str_eqz(word, s->word) || (within && !(s->here && strstr(s->here, within))))
			continue;
		if (s->here)
			err_hint(err, "here it is '%s'", s->here);
		else
			err_hint(err, "%s", s->say);
		return true;
	}
	return false;
}
