#include "call_life.h"

#include <assert.h>

#include "banned.h"

/* An empty cell: an event that means nothing then, such as a line that comes late. */
/* clang-format off */
static const unsigned char table[CALL_STATES][CALL_EVENTS] = {
	[CALL_DIAL] = { [CEV_TAKEN] = CALL_WAIT, [CEV_UP] = CALL_SPEAK, [CEV_GONE] = CALL_CAUSE,
	                [CEV_CLASH] = CALL_CLASH, [CEV_OVER] = CALL_HANGUP, [CEV_TIME] = CALL_WAIT },
	[CALL_WAIT] = { [CEV_UP] = CALL_SPEAK, [CEV_GONE] = CALL_CAUSE, [CEV_CLASH] = CALL_CLASH,
	                [CEV_TIME] = CALL_HANGUP, [CEV_OVER] = CALL_HANGUP },
	[CALL_SPEAK] = { [CEV_SPOKEN] = CALL_KEYS, [CEV_ENDS] = CALL_CONFIRMED, [CEV_WAITS] = CALL_REPLY,
	                 [CEV_SAYS] = CALL_REPLY, [CEV_GONE] = CALL_END, [CEV_OVER] = CALL_HANGUP },
	[CALL_KEYS] = { [CEV_AGAIN] = CALL_SPEAK, [CEV_ENDS] = CALL_CONFIRMED, [CEV_WAITS] = CALL_REPLY,
	                [CEV_SAYS] = CALL_REPLY, [CEV_GONE] = CALL_END, [CEV_OVER] = CALL_HANGUP },
	[CALL_REPLY] = { [CEV_SPOKEN] = CALL_DECIDE, [CEV_AGAIN] = CALL_SPEAK, [CEV_QUIET] = CALL_KEYS,
	                 [CEV_ENDS] = CALL_CONFIRMED, [CEV_WAITS] = CALL_REPLY, [CEV_SAYS] = CALL_REPLY,
	                 [CEV_GONE] = CALL_END, [CEV_OVER] = CALL_HANGUP },
	[CALL_DECIDE] = { [CEV_TIME] = CALL_HANGUP, [CEV_ENDS] = CALL_CONFIRMED, [CEV_WAITS] = CALL_REPLY,
	                  [CEV_GONE] = CALL_END, [CEV_OVER] = CALL_HANGUP },
	[CALL_CONFIRMED] = { [CEV_SPOKEN] = CALL_HANGUP, [CEV_TIME] = CALL_HANGUP, [CEV_GONE] = CALL_END,
	                     [CEV_OVER] = CALL_HANGUP },
	[CALL_HANGUP] = { [CEV_TAKEN] = CALL_END, [CEV_TIME] = CALL_END },
	[CALL_CAUSE] = { [CEV_TAKEN] = CALL_END, [CEV_TIME] = CALL_END, [CEV_OVER] = CALL_END },
	[CALL_CLASH] = { [CEV_TIME] = CALL_DIAL, [CEV_OVER] = CALL_HANGUP },
	[CALL_PAUSE] = { [CEV_TIME] = CALL_IDLE },
};
/* clang-format on */

enum call_state call_life_next(enum call_state s, enum call_event ev)
{
	assert(s < CALL_STATES && ev < CALL_EVENTS);
	return (enum call_state)table[s][ev];
}
