"""The two nodes of comfyui-arc-save, as ComfyUI looks for them."""
from .nodes import arc_save, arc_save_audio

NODE_CLASS_MAPPINGS = {**arc_save.NODE_CLASS_MAPPINGS, **arc_save_audio.NODE_CLASS_MAPPINGS}
NODE_DISPLAY_NAME_MAPPINGS = {**arc_save.NODE_DISPLAY_NAME_MAPPINGS, **arc_save_audio.NODE_DISPLAY_NAME_MAPPINGS}
