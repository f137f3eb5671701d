// Takes one photograph with the camera of the machine, which is on only while its dialog is open.

/** A JPEG as a File; null where it was given up. Throws an Error with a sentence where there is no camera. */
export async function takePhotograph(dialog) {
  const video = dialog.querySelector("video");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: true });
  } catch (error) {
    throw new Error(`no camera can be used: ${error.message}`);
  }
  try {
    video.srcObject = stream;
    await video.play();
    dialog.returnValue = "";
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    if (dialog.returnValue !== "take") return null;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    const content = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
    return new File([content], "camera.jpg");
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
