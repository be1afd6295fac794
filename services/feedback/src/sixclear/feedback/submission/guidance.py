"""Where complaints and denunciations must turn: they have procedures of their own by law."""

from collections.abc import Mapping

# Law on Complaints 02/2011/QH13, Law on Denunciations 25/2018/QH14, Law on Citizen Reception 42/2013/QH13.
GUIDANCE: Mapping[str, Mapping[str, str]] = {
    "complaint": {
        "vi": "Khiếu nại được giải quyết theo Luật Khiếu nại 02/2011/QH13: gửi đơn có họ tên, địa chỉ và chữ ký"
        " đến cơ quan đã ra quyết định, hoặc đến trụ sở tiếp công dân (Luật Tiếp công dân 42/2013/QH13).",
        "en": "Complaints follow the Law on Complaints 02/2011/QH13: send a signed letter with your name and address"
        " to the body that took the decision, or go to a citizen reception office (Law 42/2013/QH13).",
    },
    "denunciation": {
        "vi": "Tố cáo được giải quyết theo Luật Tố cáo 25/2018/QH14: gửi đơn hoặc trình bày trực tiếp tại cơ quan"
        " có thẩm quyền; họ tên người tố cáo được giữ bí mật.",
        "en": "Denunciations follow the Law on Denunciations 25/2018/QH14: write to or speak with the competent body;"
        " the name of the person who denounces is kept secret.",
    },
}
