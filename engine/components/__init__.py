"""Components (thành phần hồ sơ): what a dossier must hold, what it holds, what is not asked again.

Pure: papers are facts here, their bytes lie in the file store.
"""
