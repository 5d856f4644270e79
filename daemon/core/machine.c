#include "machine.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "banned.h"

int machine_next(const struct machine *m, int state, int event)
{
	assert(state >= 0 && state < m->states && event >= 0 && event < m->events);
	return m->next[state * m->events + event];
}

int machine_state(const struct machine *m, const char *code)
{
	if (code == NULL)
		return 0;
	for (int i = 1; i < m->states; i++)
		if (strcmp(m->state_codes[i], code) == 0)
			return i;
	return 0;
}

const char *machine_code(const struct machine *m, int state)
{
	assert(state >= 0 && state < m->states);
	return m->state_codes[state];
}
