"""What people do in the studio, and what may go wrong while they do."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.e2e.cases.accounts import (
    a_forgotten_password_is_replaced,
    a_stranger_signs_up_confirms_and_signs_in,
    who_signs_out_is_out,
)
from tests.e2e.cases.creating import (
    a_prompt_is_planned_edited_and_made,
    a_video_begins_with_a_picture_of_ones_own,
    who_has_spent_the_month_is_told_when_there_is_more,
    who_has_too_many_videos_at_once_is_told_how_many_fit,
)
from tests.e2e.cases.library import a_video_is_found_looked_at_deleted_and_brought_back
from tests.e2e.cases.looks import (
    pages_for_everybody_have_no_barriers,
    pages_of_members_have_no_barriers,
    the_page_of_the_api_keeps_to_its_policy,
    what_is_not_answered_can_be_asked_again,
)
from tests.e2e.cases.sessions import a_session_that_ends_while_a_video_is_made_is_renewed_in_place
from tests.e2e.cases.settings import a_key_is_made_works_and_is_revoked, a_webhook_is_added_tested_and_deleted
from tests.e2e.cases.videos import (
    a_lost_connection_is_told_and_found_again,
    a_video_is_called_off_and_gone_on_with,
    a_video_is_watched_played_changed_and_shared,
    a_video_that_fails_says_why,
)
from tests.e2e.world import World

Case = Callable[[World], Awaitable[None]]
CASES: Final[tuple[Case, ...]] = (
    a_stranger_signs_up_confirms_and_signs_in,
    a_forgotten_password_is_replaced,
    who_signs_out_is_out,
    a_key_is_made_works_and_is_revoked,
    a_webhook_is_added_tested_and_deleted,
    a_prompt_is_planned_edited_and_made,
    a_video_begins_with_a_picture_of_ones_own,
    who_has_spent_the_month_is_told_when_there_is_more,
    who_has_too_many_videos_at_once_is_told_how_many_fit,
    a_video_is_watched_played_changed_and_shared,
    a_video_is_called_off_and_gone_on_with,
    a_video_that_fails_says_why,
    a_lost_connection_is_told_and_found_again,
    a_session_that_ends_while_a_video_is_made_is_renewed_in_place,
    a_video_is_found_looked_at_deleted_and_brought_back,
    pages_for_everybody_have_no_barriers,
    pages_of_members_have_no_barriers,
    the_page_of_the_api_keeps_to_its_policy,
    what_is_not_answered_can_be_asked_again,
)
