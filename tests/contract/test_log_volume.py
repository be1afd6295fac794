"""The files of the public log have a disk of their own, which every process of feedback writes to."""

import pytest
from tests.contract.rendered import container, environment, of, pod

OVERLAYS = ("dev", "prod")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_process_of_feedback_writes_the_files_of_the_log_to_one_disk_of_their_own(overlay: str) -> None:
    feedback = of(overlay, "Deployment")["feedback"]
    folder = environment(overlay, feedback)["SIXCLEAR_FEEDBACK_LOG_FOLDER"]
    (mounted,) = [mount["name"] for mount in container(feedback)["volumeMounts"] if mount["mountPath"] == folder]
    (volume,) = [volume for volume in pod(feedback)["volumes"] if volume["name"] == mounted]
    (claim,) = of(overlay, "PersistentVolumeClaim").items()
    assert volume["persistentVolumeClaim"] == {"claimName": claim[0]}
    shared = claim[1]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert shared or feedback["spec"]["replicas"] == 1
