/* The driver against the makers' modems: recorded-style dialogues, messages and calls. */
#include "helper_dialogue.h"

#include "banned.h"

int main(void)
{
	return dialogues_run("dialogues", "tests/dialogues", ".txt");
}
