/* call_life.h - the life of one call by modem: states, what happens, and what comes of it (13.1). Pure. */
#ifndef QUANZU_CALL_LIFE_H
#define QUANZU_CALL_LIFE_H

enum call_state {
	CALL_IDLE,
	CALL_DIAL,      /* ATD is written */
	CALL_WAIT,      /* it dials or rings */
	CALL_SPEAK,     /* somebody has picked up: the text */
	CALL_KEYS,      /* quiet: a key? */
	CALL_REPLY,     /* the words to a key */
	CALL_DECIDE,    /* quiet behind a key that waits */
	CALL_CONFIRMED, /* the words behind the last key */
	CALL_HANGUP,
	CALL_CAUSE, /* it has ended unanswered: why? */
	CALL_CLASH, /* somebody called us at that moment: turned away, then dialled again */
	CALL_END,   /* told to the owner, passed at once */
	CALL_PAUSE, /* the modem gets its breath */
	CALL_STATES
};

enum call_event {
	CEV_TAKEN,  /* the modem has begun to dial; or the command of the state is done */
	CEV_UP,     /* somebody or something has picked up */
	CEV_GONE,   /* it has ended */
	CEV_SPOKEN, /* what was to be said is said */
	CEV_ENDS,   /* a key that ends, that waits, that says something */
	CEV_WAITS,
	CEV_SAYS,
	CEV_AGAIN, /* the text once more */
	CEV_QUIET, /* wait for a key */
	CEV_CLASH,
	CEV_TIME, /* the limit of the state */
	CEV_OVER, /* enough */
	CALL_EVENTS
};

/* CALL_IDLE: it means nothing in that state (of CALL_PAUSE: the next call may come). */
enum call_state call_life_next(enum call_state s, enum call_event ev);

#endif
