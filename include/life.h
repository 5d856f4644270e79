/*
 * life.h - the lives of our records: every legal state and the step that moves between them.
 *
 * docs/INTERNALS.md draws these tables; change both. An empty cell must not happen, and the
 * store refuses it (STORE_CONFLICT). Stored is the code (machine.h).
 */
#ifndef QUANZU_LIFE_H
#define QUANZU_LIFE_H

#include "machine.h"

enum message_state {
	MSG_NONE,
	MSG_QUEUED,     /* durable, nobody works on it */
	MSG_HELD,       /* waits for a limit, a pause or a window; says until when and why */
	MSG_SENDING,    /* handed to a channel, no verdict yet */
	MSG_UNSURE,     /* the channel went silent: it may or may not be sent */
	MSG_SENT,       /* the network took it */
	MSG_DELIVERED,  /* the handset confirmed */
	MSG_FAILED,     /* final, with a reason */
	MSG_SUPERSEDED, /* no longer needed when its turn came */
	MSG_EXPIRED,    /* its time was over */
	MSG_STATES
};

enum message_event {
	MSG_EV_CLAIM,
	MSG_EV_HOLD,
	MSG_EV_RELEASE,
	MSG_EV_ACCEPTED, /* the network took it */
	MSG_EV_REJECTED, /* final refusal */
	MSG_EV_NOT_SENT, /* it certainly never left: back to the queue */
	MSG_EV_SILENCE,  /* no answer; of a call that a provider took: it never told the end */
	MSG_EV_RETRY,    /* unsure and urgent: again, marked as a repeat */
	MSG_EV_REPORT_OK,
	MSG_EV_REPORT_BAD,
	MSG_EV_SUPERSEDE,
	MSG_EV_EXPIRE,
	MSG_EVENTS
};
extern const struct machine message_life;

enum task_state {
	TASK_NONE,
	TASK_OFFERED,
	TASK_ACCEPTED,
	TASK_DECLINED,
	TASK_EXPIRED,
	TASK_WITHDRAWN,
	TASK_REPORTED,
	TASK_CONFIRMED,
	TASK_STATES
};

enum task_event {
	TASK_EV_ACCEPT,
	TASK_EV_DECLINE,
	TASK_EV_EXPIRE,   /* cannot be reached, or its time was over */
	TASK_EV_WITHDRAW, /* somebody else does it, or the case is over */
	TASK_EV_REPORT,   /* an outcome came; it implies the acceptance */
	TASK_EV_CONFIRM,  /* a manager agrees */
	TASK_EV_RESUME,   /* a correction: the report or the refusal is taken back */
	TASK_EVENTS
};
extern const struct machine task_life;

enum case_state { CASE_NONE, CASE_OPEN, CASE_RESOLVED, CASE_CLOSED, CASE_STATES };
enum case_event { CASE_EV_RESOLVE, CASE_EV_CLOSE, CASE_EV_REOPEN, CASE_EVENTS };
extern const struct machine case_life;

enum followup_state { FU_NONE, FU_DUE, FU_ASKED, FU_DONE, FU_MISSED, FU_WITHDRAWN, FU_STATES };
enum followup_event { FU_EV_ASK, FU_EV_DO, FU_EV_MISS, FU_EV_WITHDRAW, FU_EVENTS };
extern const struct machine followup_life;

enum handover_state { HO_NONE, HO_OPEN, HO_TOLD, HO_ACKNOWLEDGED, HO_CLOSED, HO_STATES };
enum handover_event { HO_EV_TELL, HO_EV_ACK, HO_EV_CLOSE, HO_EVENTS };
extern const struct machine handover_life;

enum reward_state {
	RW_NONE,
	RW_PROPOSED,
	RW_VERIFIED,
	RW_REVIEWED,
	RW_APPROVED,
	RW_PUBLISHED,
	RW_PAID,
	RW_REJECTED,
	RW_CLAWED_BACK,
	RW_STATES
};
enum reward_event {
	RW_EV_VERIFY,
	RW_EV_REVIEW,
	RW_EV_APPROVE,
	RW_EV_PUBLISH,
	RW_EV_PAY,
	RW_EV_REJECT,
	RW_EV_CLAW_BACK, /* the outcome turned into a loss */
	RW_EVENTS
};
extern const struct machine reward_life;

enum inbound_state { IN_NONE, IN_TAKEN, IN_APPLIED, IN_ASKED, IN_HUMAN, IN_IGNORED, IN_STATES };
enum inbound_event { IN_EV_APPLY, IN_EV_ASK, IN_EV_HUMAN, IN_EV_IGNORE, IN_EVENTS };
extern const struct machine inbound_life;

#endif
