"""Words for the lists of `monitoring`, and for the services whose part of a page is missing."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

# A list has a title and its rule.
ATTENTION: Mapping[str, tuple[str, str]] = {
    "longest_overdue": (
        N_("Quá hạn lâu nhất"),
        N_("Nhiệm vụ chưa hoàn thành và chưa báo xong đã qua hạn hiện hành, lâu nhất đứng trước."),
    ),
    "returned_twice": (
        N_("Bị trả lại từ hai lần"),
        N_("Nhiệm vụ chưa hoàn thành đã bị trả lại ít nhất hai lần, nhiều lần nhất đứng trước."),
    ),
    "no_report_in_cycle": (
        N_("Không báo cáo trong kỳ"),
        N_("Nhiệm vụ chưa hoàn thành và chưa báo xong, không có báo cáo nào lâu hơn một kỳ báo cáo."),
    ),
    "awaiting_confirmation": (
        N_("Chờ cơ quan khác xác nhận"),
        N_("Nhiệm vụ cơ quan chủ trì đã báo xong, cơ quan khác chưa xác nhận; chờ lâu nhất đứng trước."),
    ),
    "answers_past_clock": (
        N_("Góp ý chưa được trả lời đúng hạn"),
        N_("Góp ý đã qua hạn trả lời, lâu nhất đứng trước."),
    ),
    "databases_at_risk": (
        N_("Cơ sở dữ liệu có nguy cơ"),
        N_("Cơ sở dữ liệu được đánh dấu nguy cơ cao, mới triển khai ít nhất đứng trước."),
    ),
    "not_filed": (
        N_("Chưa gửi báo cáo"),
        N_("Báo cáo chương trình yêu cầu, đã quá thời điểm chậm mà chưa gửi, chậm lâu nhất đứng trước."),
    ),
    "without_movement": (
        N_("Không chuyển biến"),
        N_("Nhiệm vụ mà cơ quan đã bốn kỳ liền báo “không có thay đổi” và chưa báo cáo lại, lâu nhất đứng trước."),
    ),
    "obstacles": (
        N_("Vướng mắc chưa được giải quyết"),
        N_("Vướng mắc còn mở, cản trở công việc lâu nhất đứng trước."),
    ),
}
# What an obstacle counts as; a programme's own kinds say as which.
OBSTACLES: Mapping[str, str] = {
    "institution": N_("Vướng mắc về thể chế"),
    "leadership-and-implementation": N_("Vướng mắc về chỉ đạo, tổ chức thực hiện"),
    "data-and-infrastructure": N_("Vướng mắc về dữ liệu, hạ tầng"),
    "resources": N_("Vướng mắc về nguồn lực"),
    "service-quality": N_("Vướng mắc về chất lượng dịch vụ"),
    "coordination": N_("Vướng mắc về phối hợp"),
    "other": N_("Vướng mắc khác"),
    "not-classified": N_("Vướng mắc chưa phân loại"),
}
SERVICES: Mapping[str, str] = {
    "tasks": N_("nhiệm vụ"),
    "feedback": N_("góp ý"),
    "data-catalog": N_("danh mục dữ liệu"),
    "monitoring": N_("số liệu giám sát"),
}
CHANGES: Mapping[str, str] = {"census.stated": N_("Tự đếm để đối chiếu số liệu")}
